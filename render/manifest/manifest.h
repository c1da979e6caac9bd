#pragma once

#include "render/base/shared_list.h"
#include "render/document/object.h"
#include "render/manifest/terms.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

// A template and a list of transforms become the final object for a cluster.
namespace flotilla::manifest {

// The final object for one cluster, as text: a fleet holds many, and a tree costs nine times as
// much memory.
struct Manifest {
  ObjectKey key;
  std::string api_version;
  std::shared_ptr<const std::string>
      json;            // canonical JSON; shared by all clusters that get the same bytes
  std::string digest;  // sha256_hex(*json)
  std::string source;  // file of the template
  Terms terms = {};
};
using ManifestPtr = std::shared_ptr<const Manifest>;

// A change to the object of one cluster. On an error nothing of the object is used.
using Transform = std::function<Result<void>(Json::Value&)>;

// Keys that every manifest carries (contract.md, "Identity and marks").
struct Marks {
  std::string owner;        // Fleet name
  std::string applyset_id;  // label applyset.kubernetes.io/part-of
};

inline constexpr std::string_view managed_by_label = "app.kubernetes.io/managed-by";
inline constexpr std::string_view part_of_label = "applyset.kubernetes.io/part-of";
inline constexpr std::string_view source_annotation = "flotilla.dev/source";
inline constexpr std::string_view origin_annotation =
    "flotilla.dev/origin";  // created|adopted|implicit, set when applied
inline constexpr std::string_view digest_annotation =
    "flotilla.dev/digest";  // of the manifest, set when applied

// ApplySet id of the owner's parent ConfigMap `owner` in namespace flotilla-system (KEP-3659).
std::string applyset_id(std::string_view owner);

// Copies the template, applies the transforms in order, prunes (karmada-semantics 15.3, quirk Q15
// fixed), marks. An error of a transform is returned as it is, with the object named. Changing
// apiVersion, kind, name or namespace is an error.
Result<Manifest> build_manifest(const Object& object, const std::vector<Transform>& transforms,
                                const Marks& marks);

// karmada-semantics 15.3.
void prune_fields(Json::Value& object);

// A Secret's stringData as data, as the server stores it and prefers it. Applied as it is, it would
// be in nobody's set: neither a change nor a removal of a key would be known. What is no map of
// texts stays for the server to refuse.
void settle_string_data(Json::Value& object);

// Apply order: lower ranks first (gitops-practice 5.1 "Sort inside a stage"); deletion goes the
// other way.
int apply_rank(const GroupKind& kind);
// 0: CRDs, Namespaces, ClusterRoles; 1: kinds whose name ends in "Class"; 2: the rest. A stage
// starts when the one before is done.
int apply_stage(const GroupKind& kind);
// rank, group, kind, namespace, name.
bool applies_before(const ObjectKey& a, const ObjectKey& b);

}  // namespace flotilla::manifest
