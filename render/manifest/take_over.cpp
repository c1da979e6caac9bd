#include "render/document/tree.h"
#include "render/manifest/ownership.h"

#include <algorithm>

namespace flotilla::manifest {

namespace {

// True for what kubectl applied, by the server's means or its own (what it edited stays its own),
// and for what we let go.
bool is_kubectls_apply(const Json::Value& entry) {
  if (!get_string(entry, "subresource").empty()) return false;
  const std::string manager = get_string(entry, "manager");
  const std::string operation = get_string(entry, "operation");
  if (operation == "Apply") return is_kubectl(manager);
  return operation == "Update" && (manager == "kubectl-client-side-apply" ||
                                   manager == "before-first-apply" || manager == released_manager);
}

// Both sets of fieldsV1 in one. A place that one of them claims as a whole and the other in parts
// is claimed with its parts: ".".
void unite(Json::Value& into, const Json::Value& from, bool is_root) {
  if (!from.isObject()) return;
  if (!is_root && into.empty() != from.empty()) into["."] = Json::Value(Json::objectValue);
  for (auto it = from.begin(); it != from.end(); ++it) {
    const std::string element = it.name();
    if (into.isMember(element)) {
      unite(into[element], *it, false);
    } else {
      into[element] = *it;
    }
  }
}

Json::Value new_entry(std::string_view api_version) {
  Json::Value entry(Json::objectValue);
  entry["manager"] = std::string(field_manager);
  entry["operation"] = "Apply";
  entry["apiVersion"] = std::string(api_version);
  entry["fieldsType"] = "FieldsV1";
  entry["fieldsV1"] = Json::Value(Json::objectValue);
  return entry;
}

// Only what was applied at the same apiVersion is compared by the next apply.
bool is_our_apply(const Json::Value& entry, std::string_view api_version) {
  return get_string(entry, "manager") == field_manager &&
         get_string(entry, "operation") == "Apply" && get_string(entry, "subresource").empty() &&
         get_string(entry, "apiVersion") == api_version;
}

}  // namespace

Json::Value taken_from_kubectl(const Json::Value& metadata, std::string_view api_version) {
  const Json::Value* entries = find(metadata, "managedFields");
  if (entries == nullptr || !entries->isArray() ||
      std::none_of(entries->begin(), entries->end(), is_kubectls_apply))
    return {};
  Json::Value ours = new_entry(api_version);
  Json::Value rest(Json::arrayValue);
  for (const Json::Value& entry : *entries) {
    if (!is_our_apply(entry, api_version) && !is_kubectls_apply(entry)) {
      rest.append(entry);
      continue;
    }
    if (const Json::Value* fields = find(entry, "fieldsV1")) unite(ours["fieldsV1"], *fields, true);
    const std::string time = get_string(entry, "time");
    if (time > get_string(ours, "time")) ours["time"] = time;
  }
  Json::Value all(Json::arrayValue);
  all.append(std::move(ours));
  for (Json::Value& entry : rest) all.append(std::move(entry));
  return all;
}

}  // namespace flotilla::manifest
