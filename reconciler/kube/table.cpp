#include "reconciler/kube/session.h"
#include "render/base/text.h"
#include "render/document/json.h"

namespace flotilla::kube {
namespace {

constexpr std::string_view kPageSize = "500";
constexpr int kRestarts = 3;
constexpr std::string_view kTable = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json";

// One line without anything that steers a terminal.
std::string one_line(const std::string& text) {
  const std::size_t end = text.find_first_of("\n\r\f");
  std::string line = text.substr(0, end);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return end == std::string::npos ? line : line + "...";
}

std::string cell_text(const Json::Value& cell) {
  if (cell.isNull()) return {};
  return one_line(cell.isString() ? cell.asString() : canonical_json(cell));
}

Json::Value* list_in(Json::Value& page, std::string_view key) {
  Json::Value* list = find_path(page, {key});
  return list != nullptr && list->isArray() ? list : nullptr;
}

Table::Row row_of(const Json::Value& object) {
  return {
      get_string(object, {"metadata", "namespace"}), get_string(object, {"metadata", "name"}), {}};
}

void add_rows(Table& table, Json::Value& page) {
  if (Json::Value* columns = list_in(page, "columnDefinitions"); columns && table.columns.empty())
    for (const Json::Value& column : *columns)
      table.columns.push_back({one_line(get_string(column, "name")),
                               static_cast<int>(get_int(column, "priority").value_or(0))});
  Json::Value* rows = list_in(page, "rows");
  if (rows == nullptr) return;
  for (const Json::Value& entry : *rows) {
    const Json::Value* object = find(entry, "object");
    Table::Row row = object == nullptr ? Table::Row{} : row_of(*object);
    if (const Json::Value* cells = find(entry, "cells"); cells != nullptr && cells->isArray())
      for (const Json::Value& cell : *cells) row.cells.push_back(cell_text(cell));
    row.cells.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
}

// What an API server that makes no tables (an aggregated one) gives.
void add_objects(Table& table, const std::vector<const Json::Value*>& objects) {
  table.columns = {{"Name", 0}, {"Created At", 0}};
  for (const Json::Value* object : objects) {
    Table::Row row = row_of(*object);
    row.cells = {one_line(row.name),
                 one_line(get_string(*object, {"metadata", "creationTimestamp"}))};
    table.rows.push_back(std::move(row));
  }
}

void add_page(Table& table, Json::Value& page) {
  if (get_string(page, "kind") == "Table") return add_rows(table, page);
  std::vector<const Json::Value*> objects;
  if (const Json::Value* items = list_in(page, "items"))
    for (const Json::Value& item : *items) objects.push_back(&item);
  else
    objects.push_back(&page);
  add_objects(table, objects);
}

Call table_call(const Resource& resource, std::string_view namespace_, const TableOptions& options,
                const std::string& token) {
  Call call;
  call.path = resource.path(namespace_, options.name);
  if (options.name.empty())
    call.path += query({{"limit", std::string(kPageSize)},
                        {"continue", token},
                        {"labelSelector", options.label_selector}});
  call.accept = kTable;
  call.secrecy = secrecy_of(resource);
  return call;
}

}  // namespace

Task<ApiResult<Table>> table_all(SessionPtr session, Resource resource, std::string namespace_,
                                 TableOptions options) {
  Table table;
  std::string token;
  int restarts = 0;
  while (true) {
    Call call = table_call(resource, namespace_, options, token);
    ApiResult<HttpResponse> answer = co_await exchange(session, std::move(call));
    if (!answer) {
      const bool expired = answer.error().status == 410 && !token.empty() && restarts < kRestarts;
      if (!expired) co_return tl::unexpected(std::move(answer).error());
      ++restarts;
      table = {};
      token.clear();
      continue;
    }
    ApiResult<Json::Value> page = json_of(*answer);
    if (!page) co_return tl::unexpected(std::move(page).error());
    answer->body = {};  // the tree is enough
    token = get_string(*page, {"metadata", "continue"});
    add_page(table, *page);
    if (token.empty()) co_return std::move(table);
  }
}

}  // namespace flotilla::kube
