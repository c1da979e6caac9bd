#include "reconciler/cli/get_text.h"

#include "reconciler/cli/table.h"
#include "render/base/text.h"
#include "render/document/object.h"

#include <algorithm>

namespace flotilla::cli {
namespace {

constexpr const char* cluster_annotation = "flotilla.dev/cluster";

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return text;
}

struct Line {
  std::string cluster;
  const kube::Table* table = nullptr;
  const kube::Table::Row* row = nullptr;

  auto order() const { return std::tie(cluster, row->namespace_, row->name); }
};

bool is_shown(const kube::Table::Column& column, const GetView& view) {
  return column.priority == 0 || view.output == Output::wide;
}

// The columns of all clusters, in the order in which they are met.
std::vector<std::string> columns_of(const std::vector<const Found*>& found, const GetView& view) {
  std::vector<std::string> names;
  for (const Found* one : found)
    for (const kube::Table::Column& column : one->table.columns)
      if (is_shown(column, view) && std::ranges::find(names, column.name) == names.end())
        names.push_back(column.name);
  return names;
}

std::string cell_of(const Line& line, const std::string& column) {
  for (std::size_t i = 0; i < line.table->columns.size(); ++i)
    if (line.table->columns[i].name == column) return line.row->cells[i];
  return "<none>";
}

// "deployment.apps/web", as kubectl tells kinds apart.
std::string prefix_of(const kube::Resource& kind) {
  return lower(to_string(GroupKind{kind.group, kind.kind})) + "/";
}

std::string kind_table(const std::vector<const Found*>& found, const GetView& view) {
  const kube::Resource& kind = found.front()->kind;
  const bool with_namespace = view.all_namespaces && kind.namespaced;
  const std::vector<std::string> columns = columns_of(found, view);
  std::vector<std::vector<std::string>> rows(1);
  rows.front().emplace_back("CLUSTER");
  if (with_namespace) rows.front().emplace_back("NAMESPACE");
  for (const std::string& column : columns) rows.front().push_back(upper(column));
  std::vector<Line> lines;
  for (const Found* one : found)
    for (const kube::Table::Row& row : one->table.rows)
      lines.push_back({one->cluster, &one->table, &row});
  if (lines.empty()) return {};
  std::ranges::sort(lines, [](const Line& a, const Line& b) { return a.order() < b.order(); });
  for (const Line& line : lines) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(line.cluster);
    if (with_namespace) row.push_back(line.row->namespace_);
    for (const std::string& column : columns) {
      const bool names_it = view.several_kinds && column == "Name";
      row.push_back((names_it ? prefix_of(kind) : "") + cell_of(line, column));
    }
  }
  return table(rows);
}

// In the order in which the kinds are met.
std::vector<std::vector<const Found*>> by_kind(const std::vector<Found>& found) {
  std::vector<std::vector<const Found*>> groups;
  for (const Found& one : found) {
    const auto group = std::ranges::find_if(groups, [&](const auto& known) {
      return known.front()->kind.kind == one.kind.kind &&
             known.front()->kind.group == one.kind.group;
    });
    if (group == groups.end())
      groups.push_back({&one});
    else
      group->push_back(&one);
  }
  return groups;
}

struct Item {
  std::string cluster;
  ObjectKey key;
  const Json::Value* object = nullptr;
};

std::vector<Item> items_of(const std::vector<Found>& found) {
  std::vector<Item> items;
  for (const auto& group : by_kind(found)) {
    const std::size_t first = items.size();
    for (const Found* one : group)
      for (const Json::Value& object : one->objects)
        items.push_back({one->cluster, key_of(object), &object});
    std::sort(items.begin() + static_cast<std::ptrdiff_t>(first), items.end(),
              [](const Item& a, const Item& b) {
                return std::tie(a.cluster, a.key) < std::tie(b.cluster, b.key);
              });
  }
  return items;
}

}  // namespace

std::string get_tables(const std::vector<Found>& found, const GetView& view) {
  std::string text;
  for (const auto& group : by_kind(found)) {
    const std::string one = kind_table(group, view);
    if (!one.empty()) text += (text.empty() ? "" : "\n") + one;
  }
  return text;
}

Json::Value get_list(const std::vector<Found>& found) {
  Json::Value list(Json::objectValue);
  list["apiVersion"] = "v1";
  list["kind"] = "List";
  Json::Value& all = list["items"] = Json::Value(Json::arrayValue);
  for (const Item& item : items_of(found)) {
    Json::Value object = *item.object;
    if (Json::Value* metadata = find_path(object, {"metadata"}); metadata && metadata->isObject())
      metadata->removeMember("managedFields");
    set_annotation(object, cluster_annotation, item.cluster);
    all.append(std::move(object));
  }
  return list;
}

std::string get_names(const std::vector<Found>& found) {
  std::string text;
  for (const Item& item : items_of(found)) text += item.cluster + " " + to_string(item.key) + "\n";
  return text;
}

}  // namespace flotilla::cli
