#include "reconciler/simulator/table.h"

#include "reconciler/simulator/columns.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <ctime>

namespace flotilla::simulator {

std::string age_of(const std::string& time) {
  std::tm parts{};
  if (strptime(time.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return "<unknown>";
  const long seconds = std::max(0L, static_cast<long>(std::time(nullptr) - timegm(&parts)));
  const auto two = [](long big, const char* unit, long small, const char* small_unit) {
    return std::to_string(big) + unit + (small > 0 ? std::to_string(small) + small_unit : "");
  };
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 600) return two(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 3 * 3600) return std::to_string(seconds / 60) + "m";
  if (seconds < 8 * 3600) return two(seconds / 3600, "h", seconds / 60 % 60, "m");
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + "h";
  if (seconds < 8 * 86400) return two(seconds / 86400, "d", seconds / 3600 % 24, "h");
  return std::to_string(seconds / 86400) + "d";
}

namespace {

Json::Value heading(const std::string& name, const std::string& type, int priority) {
  Json::Value column(Json::objectValue);
  column["name"] = name;
  column["type"] = type;
  column["format"] = name == "Name" ? "name" : "";
  column["description"] = name;
  column["priority"] = priority;
  return column;
}

// A simple JSONPath: .a.b, .a[0], .a[?(@.type=="Ready")].b and ['a.b'].
const Json::Value* follow(const Json::Value& root, std::string_view path) {
  const Json::Value* value = &root;
  while (!path.empty() && value != nullptr) {
    if (path.starts_with('.')) {
      path.remove_prefix(1);
      const auto end = path.find_first_of(".[");
      const std::string key = replace_all(std::string(path.substr(0, end)), "\\", "");
      value = key.empty() ? value : find(*value, key);
      path.remove_prefix(std::min(end, path.size()));
      continue;
    }
    const auto close = path.find(']');
    if (!path.starts_with('[') || close == std::string_view::npos) return nullptr;
    const std::string inside(path.substr(1, close - 1));
    path.remove_prefix(close + 1);
    if (inside.starts_with("?(@.")) {
      const auto equals = inside.find("==");
      const std::string key(trim(std::string_view(inside).substr(4, equals - 4)));
      const auto first = inside.find_first_of("\"'", equals);
      const std::string wanted = inside.substr(first + 1, inside.find_last_of("\"'") - first - 1);
      const Json::Value* found = nullptr;
      if (value->isArray())
        for (const Json::Value& entry : *value)
          if (found == nullptr && get_string(entry, key) == wanted) found = &entry;
      value = found;
    } else if (inside.starts_with('\'') || inside.starts_with('"')) {
      value = find(*value, inside.substr(1, inside.size() - 2));
    } else {
      const auto index = static_cast<Json::ArrayIndex>(std::strtoul(inside.c_str(), nullptr, 10));
      value = value->isArray() && index < value->size() ? &(*value)[index] : nullptr;
    }
  }
  return value;
}

Json::Value custom_cell(const Column& column, const Json::Value& object) {
  const Json::Value* value = follow(object, column.json_path);
  if (value == nullptr) return {};
  if (column.type == "date") return age_of(value->isString() ? value->asString() : "");
  if (value->isObject() || value->isArray()) return canonical_json(*value);
  return *value;
}

Json::Value row_of(const Call& call, const Json::Value& object) {
  Json::Value cells(Json::arrayValue);
  cells.append(get_string(object, {"metadata", "name"}));
  const std::string created = get_string(object, {"metadata", "creationTimestamp"});
  if (call.kind->custom && !call.version->columns.empty()) {
    for (const Column& column : call.version->columns) cells.append(custom_cell(column, object));
  } else if (const auto* columns = columns_of(call.kind->id())) {
    for (const BuiltinColumn& column : *columns) cells.append(column.cell(object));
  } else {
    cells.append(age_of(created));
  }
  Json::Value row(Json::objectValue);
  row["cells"] = std::move(cells);
  return row;
}

Json::Value headings_of(const Call& call) {
  Json::Value headings(Json::arrayValue);
  headings.append(heading("Name", "string", 0));
  if (call.kind->custom && !call.version->columns.empty()) {
    for (const Column& column : call.version->columns)
      headings.append(heading(column.name, column.type, column.priority));
  } else if (const auto* columns = columns_of(call.kind->id())) {
    for (const BuiltinColumn& column : *columns)
      headings.append(heading(column.name, column.type, column.priority));
  } else {
    headings.append(heading("Age", call.kind->custom ? "date" : "string", 0));
  }
  return headings;
}

}  // namespace

Json::Value table_of(const Call& call, const std::vector<Json::Value>& objects, Headings headings) {
  Json::Value table(Json::objectValue);
  table["kind"] = "Table";
  table["apiVersion"] = "meta.k8s.io/v1";
  table["metadata"]["resourceVersion"] =
      objects.empty() ? "" : get_string(objects.front(), {"metadata", "resourceVersion"});
  table["columnDefinitions"] = headings == Headings::yes ? headings_of(call) : Json::Value();
  table["rows"] = Json::Value(Json::arrayValue);
  for (const Json::Value& object : objects) {
    Json::Value row = row_of(call, object);
    row["object"] = metadata_only(object);
    table["rows"].append(std::move(row));
  }
  return table;
}

}  // namespace flotilla::simulator
