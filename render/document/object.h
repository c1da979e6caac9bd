#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <compare>
#include <string>
#include <string_view>

namespace flotilla {

struct GroupKind {
  std::string group;
  std::string kind;

  auto operator<=>(const GroupKind&) const = default;
  bool operator==(const GroupKind&) const = default;
};

// "Kind" for the core group, "Kind.group" otherwise, as in ApplySet annotations and messages.
std::string to_string(const GroupKind& group_kind);
GroupKind parse_group_kind(std::string_view text);

// The group of an apiVersion: "apps" of "apps/v1", empty of "v1"; and its version.
std::string group_of(std::string_view api_version);
std::string version_of(std::string_view api_version);

// Which object it is on a cluster. The version is no part of it: apps/v1 and apps/v1beta1 name the
// same object.
struct ObjectKey {
  std::string group;
  std::string kind;
  std::string namespace_;  // empty for cluster-scoped objects
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
  bool operator==(const ObjectKey&) const = default;
  GroupKind group_kind() const { return {group, kind}; }
};

// "Deployment.apps/shop/web", "Namespace/shop": how errors and tables name an object.
std::string to_string(const ObjectKey& key);

// A Kubernetes object as it stands in a file.
struct Object {
  Json::Value tree;
  std::string api_version;
  ObjectKey key;
  SourceRef source;  // where its document begins
};

const Json::Value* labels_of(const Json::Value& object);  // metadata.labels, nullptr if absent
const Json::Value* annotations_of(
    const Json::Value& object);  // metadata.annotations, nullptr if absent
std::string label(const Json::Value& object, std::string_view key);
std::string annotation(const Json::Value& object, std::string_view key);
void set_label(Json::Value& object, std::string_view key, std::string_view value);
void set_annotation(Json::Value& object, std::string_view key, std::string_view value);

// apiVersion, kind, metadata.namespace and metadata.name of `tree`; absent ones are empty.
ObjectKey key_of(const Json::Value& tree);

}  // namespace flotilla
