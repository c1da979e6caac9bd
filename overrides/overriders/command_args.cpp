#include "overrides/overriders/command_args.h"

#include "overrides/fields.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

struct ListChange {
  const char* field = nullptr;  // command, args
  std::string container;
  bool add = true;  // else remove
  std::vector<std::string> values;
};

bool is_among(const Json::Value& element, const std::vector<std::string>& values) {
  return element.isString() &&
         std::find(values.begin(), values.end(), element.asString()) != values.end();
}

Result<Json::Value> changed_list(const Json::Value& container, const ListChange& change) {
  Json::Value changed(Json::arrayValue);
  if (const Json::Value* list = find(container, change.field); list != nullptr && !list->isNull()) {
    if (!list->isArray())
      return fail(Code::invalid, std::string(change.field) + " of container \"" + change.container +
                                     "\" is " + std::string(type_name(*list)) +
                                     ", want a list of texts");
    for (const Json::Value& element : *list)
      if (change.add || !is_among(element, change.values)) changed.append(element);
  }
  if (change.add)
    for (const std::string& value : change.values) changed.append(value);
  return changed;
}

// All containers of that name or none.
Result<void> change_object(Json::Value& object, const ListChange& change,
                           const ContainerReach& reach) {
  TRY_ASSIGN(const auto lists, container_lists(object, reach));
  std::vector<std::pair<Json::Value*, Json::Value>> changes;
  for (Json::Value* list : lists) {
    for (Json::Value& container : *list) {
      if (get_string(container, "name") != change.container) continue;
      TRY_ASSIGN(Json::Value changed, changed_list(container, change));
      changes.emplace_back(&container, std::move(changed));
    }
  }
  for (auto& [container, changed] : changes) (*container)[change.field] = std::move(changed);
  return {};
}

std::optional<Overrider> read(const Json::Value& value, const Reading& reading, const char* kind,
                              const char* field, const ContainerReach& reach) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  ListChange change;
  change.field = field;
  change.container = fields.required_text("containerName");
  change.add = fields.choice("operator", {"add", "remove"}, "") == "add";
  change.values = fields.texts("value");
  fields.say_unknown();
  if (error_count(reading.problems) > errors) return std::nullopt;
  const SourceRef where = at(value, reading.file);
  return Overrider{kind,
                   [change, reach, where](Json::Value& object, const Cluster&) -> Result<void> {
                     auto done = change_object(object, change, reach);
                     if (done) return {};
                     Error error = std::move(done).error();
                     error.where = where;
                     return fail(std::move(error));
                   },
                   where, reading.path};
}

}  // namespace

std::optional<Overrider> read_command_overrider(const Json::Value& value, const Reading& reading,
                                                const ContainerReach& reach) {
  return read(value, reading, "commandOverrider", "command", reach);
}

std::optional<Overrider> read_args_overrider(const Json::Value& value, const Reading& reading,
                                             const ContainerReach& reach) {
  return read(value, reading, "argsOverrider", "args", reach);
}

}  // namespace flotilla::overrides
