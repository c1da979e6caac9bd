#pragma once

#include "render/document/tree.h"

#include <string>
#include <string_view>
#include <vector>

// Who owns which field of a live object, by its metadata.managedFields (fieldsV1). The server keeps
// these sets exactly: a field that somebody changes or removes with Update leaves the set of
// whoever applied it, and one that is applied with force does too. So what drifted is what a
// manifest sets and its field manager does not own any more; no value need be compared, and the
// metadata of the live object is enough.
namespace flotilla::manifest {

inline constexpr std::string_view field_manager = "flotilla";
// Holds the fields of an object that was let go.
inline constexpr std::string_view released_manager = "flotilla-released";

struct LostField {
  std::string pointer;  // JSON pointer into the manifest: "/spec/template/spec/containers/0/image"
  std::string path;     // as API servers write it: .spec.template.spec.containers[name="web"].image
  std::string manager;  // owns it now; empty: nobody does (it was removed)
  bool applied = false;     // that manager is one of operation Apply, not Update
  std::string subresource;  // of that manager's entry: "scale", mostly empty
  std::string time;         // when that manager wrote last, RFC 3339
  bool operator==(const LostField&) const = default;
};

// The fields of `manifest` that field_manager does not own (entry of operation Apply without
// subresource) on the live object with this `metadata`. Sorted by pointer. A lost map or list is
// one entry where nothing beneath it is owned either. What no set can say (null, empty maps and
// lists; identity: apiVersion, kind, metadata.name, metadata.namespace) is never lost.
// One change is beyond what the sets tell: a map without a schema (preserve-unknown-fields) from
// which every key was taken, and whose place is left.
std::vector<LostField> lost_fields(const Json::Value& manifest, const Json::Value& metadata);

// True if the field that `pointer` names in `manifest` is owned on the live object by
// field_manager; or by somebody else, which `others_own` asks.
bool owns(const Json::Value& manifest, const Json::Value& metadata, std::string_view pointer);
bool others_own(const Json::Value& manifest, const Json::Value& metadata, std::string_view pointer);

// kubectl and what it left behind: its claims are always taken over (gitops-practice 5.1 step 5).
bool is_kubectl(std::string_view manager);

// True for a manager that scaled through the subresource and is not kubectl: an autoscaler, whose
// spec.replicas is left alone.
bool is_autoscaled(const LostField& field);

// `manifest` as it is to be sent where the fields under `yielded` (JSON pointers, `*` for any item
// of a list) are neither reverted nor claimed: each is left out unless field_manager owns it and
// nobody else does (left out then, it would be deleted). `metadata` null: the object does not exist
// yet and everything is sent. A pointer that names nothing is no fault.
// What leads into a list item that nobody owns (a new one) leaves nothing out of it, nor does what
// leads into a map or list that is owned as a whole: is_under() of the whole is false then too.
Json::Value yielding(Json::Value manifest, const Json::Value& metadata,
                     const std::vector<std::string>& yielded);

// True if `pointer` is one of `pointers` or beneath one.
bool is_under(std::string_view pointer, const std::vector<std::string>& pointers);

// The managedFields to write (JSON patch, replace) so that what kubectl applied (Apply of kubectl*,
// Update of kubectl-client-side-apply, before-first-apply), and what was ours before it was let go,
// becomes field_manager's: what is not in the manifest goes with the next apply, as if it had been
// ours. Null if there is nothing of the
// kind.
Json::Value taken_from_kubectl(const Json::Value& metadata, std::string_view api_version);

}  // namespace flotilla::manifest
