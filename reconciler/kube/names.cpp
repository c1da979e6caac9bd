#include "reconciler/kube/names.h"

#include "reconciler/kube/discovery.h"
#include "render/base/text.h"
#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::kube {
namespace {

void add_entry(std::map<GroupKind, Names>& names, GroupKind kind, const Json::Value& entry,
               const char* singular) {
  Names& of_kind = names[std::move(kind)];
  of_kind.singular = get_string(entry, singular);
  of_kind.short_names = get_strings(entry, "shortNames");
  of_kind.categories = get_strings(entry, "categories");
}

bool contains(const std::vector<std::string>& texts, const std::string& wanted) {
  return std::ranges::find(texts, wanted) != texts.end();
}

// "deployments.v1.apps" in its parts.
struct Wanted {
  std::string name;  // in lower case
  std::string rest;  // "v1.apps", "apps", "v1"; empty: any group
};

Wanted read_wanted(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {lower(text), ""};
  std::string_view rest = text.substr(dot + 1);
  if (rest.ends_with('.')) rest.remove_suffix(1);  // "pods.v1.": the core group
  return {lower(text.substr(0, dot)), lower(rest)};
}

bool can_list(const Resource& resource) {
  return resource.verbs.empty() || contains(resource.verbs, "list");
}

// The version that is meant, or nullptr if it is another group.
const Resource* choose(const std::vector<Resource>& versions, const std::string& rest) {
  for (const Resource& resource : versions) {
    if (!can_list(resource)) continue;
    const std::string full =
        resource.group.empty() ? resource.version : resource.version + "." + resource.group;
    if (rest.empty() || rest == resource.group || rest == full) return &resource;
  }
  return nullptr;
}

template <class Fits>
std::vector<const Resource*> matches(const NamedDiscovery& discovery, const std::string& rest,
                                     Fits fits) {
  std::vector<const Resource*> found;
  static const Names none;
  for (const auto& [kind, versions] : discovery.served.kinds) {
    const auto names = discovery.names.find(kind);
    if (versions.empty() ||
        !fits(versions.front(), names == discovery.names.end() ? none : names->second))
      continue;
    if (const Resource* resource = choose(versions, rest)) found.push_back(resource);
  }
  return found;
}

}  // namespace

void add_names(std::map<GroupKind, Names>& names, std::string_view group,
               const Json::Value& document) {
  const auto list_at = [](const Json::Value& map, std::string_view key) -> const Json::Value& {
    static const Json::Value none(Json::arrayValue);
    const Json::Value* list = find(map, key);
    return list != nullptr && list->isArray() ? *list : none;
  };
  for (const Json::Value& entry : list_at(document, "resources")) {
    if (get_string(entry, "name").find('/') != std::string::npos) continue;  // a subresource
    add_entry(names, {std::string(group), get_string(entry, "kind")}, entry, "singularName");
  }
  for (const Json::Value& item : list_at(document, "items"))
    for (const Json::Value& version : list_at(item, "versions"))
      for (const Json::Value& entry : list_at(version, "resources"))
        add_entry(
            names,
            {get_string(item, {"metadata", "name"}), get_string(entry, {"responseKind", "kind"})},
            entry, "singularResource");
}

std::vector<const Resource*> find_kinds(const NamedDiscovery& discovery, std::string_view text) {
  const auto [name, rest] = read_wanted(text);
  if (name.empty()) return {};
  // What is named in full comes before what only some short name means.
  auto found = matches(discovery, rest, [&](const Resource& resource, const Names& names) {
    return name == resource.plural || name == names.singular || name == lower(resource.kind);
  });
  if (found.empty())
    found = matches(discovery, rest, [&](const Resource&, const Names& names) {
      return contains(names.short_names, name);
    });
  // The map of kinds begins with the core group.
  if (!found.empty()) return {found.front()};
  return matches(discovery, rest, [&](const Resource&, const Names& names) {
    return contains(names.categories, name);
  });
}

}  // namespace flotilla::kube
