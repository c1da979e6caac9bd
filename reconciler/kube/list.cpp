#include "reconciler/kube/session.h"
#include "render/document/object.h"
#include "render/document/tree.h"

namespace flotilla::kube {
namespace {

constexpr std::string_view kPageSize = "500";
constexpr int kRestarts = 3;
constexpr std::string_view kMetadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

Call page_call(const Resource& resource, std::string_view namespace_, const ListOptions& options,
               std::string_view token) {
  Call call;
  call.path = resource.path(namespace_) + query({{"limit", std::string(kPageSize)},
                                                 {"continue", std::string(token)},
                                                 {"labelSelector", options.label_selector},
                                                 {"fieldSelector", options.field_selector}});
  if (options.metadata_only) call.accept = kMetadataList;
  call.secrecy = secrecy_of(resource);
  return call;
}

// Hands the items of one page over, each freed from the page as it goes; they say of what kind they
// are, which in lists they do not.
void add_page(List& list, Json::Value page, const Resource& resource, const ListOptions& options) {
  const std::string api_version =
      resource.group.empty() ? resource.version : resource.group + "/" + resource.version;
  list.resource_version = get_string(page, {"metadata", "resourceVersion"});
  Json::Value* items = find_path(page, {"items"});
  if (items == nullptr || !items->isArray()) return;
  if (!options.each) list.items.reserve(list.items.size() + items->size());
  for (Json::Value& item : *items) {
    if (!item.isObject()) continue;
    item["apiVersion"] = api_version;
    item["kind"] = resource.kind;
    if (options.each) {
      options.each(std::move(item));
    } else {
      list.items.push_back(std::move(item));
    }
  }
}

}  // namespace

Task<ApiResult<List>> list_all(SessionPtr session, Resource resource, std::string namespace_,
                               ListOptions options) {
  List list;
  std::string token;
  int restarts = 0;
  if (options.begin) options.begin();
  while (true) {
    Call call = page_call(resource, namespace_, options, token);
    ApiResult<HttpResponse> answer = co_await exchange(session, std::move(call));
    if (!answer) {
      const bool expired = answer.error().status == 410 && !token.empty() && restarts < kRestarts;
      if (!expired) co_return tl::unexpected(std::move(answer).error());
      ++restarts;
      list = {};
      token.clear();
      if (options.begin) options.begin();
      continue;
    }
    ApiResult<Json::Value> page = options.each ? page_of(*answer) : json_of(*answer);
    if (!page) co_return tl::unexpected(std::move(page).error());
    answer->body = {};  // the tree is enough
    token = get_string(*page, {"metadata", "continue"});
    add_page(list, std::move(*page), resource, options);
    if (token.empty()) co_return std::move(list);
  }
}

}  // namespace flotilla::kube
