#include "reconciler/lease/lease_object.h"

#include "render/base/digest.h"
#include "render/base/text.h"
#include "render/interpreter/timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace flotilla::lease {
namespace {

constexpr const char* members_annotation = "flotilla.dev/members";
constexpr const char* process_annotation = "flotilla.dev/process";
constexpr const char* note_annotation = "flotilla.dev/revision";
constexpr std::int64_t million = 1'000'000;
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = 200;  // of the 253 that are allowed

// `text` where all of it is allowed; else what is, and a digest.
template <class IsAllowed>
std::string reduced(std::string_view text, std::size_t longest, IsAllowed is_allowed) {
  std::string result(text.substr(0, longest));
  std::replace_if(result.begin(), result.end(), [&](char c) { return !is_allowed(c); }, '-');
  const auto is_end = [](char c) { return c != '-' && c != '.' && c != '_'; };
  if (result == text && !result.empty() && is_end(result.front()) && is_end(result.back()))
    return result;
  constexpr std::size_t digest = 10;
  result = "x" + result.substr(0, longest - digest - 2) + "-";
  return result + sha256_hex(text).substr(0, digest);
}

bool is_label_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

// No dots: between two of them a name has rules of its own.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::string text_at(const Json::Value& object, const char* key) {
  const Json::Value& value = object[key];
  return value.isString() ? value.asString() : std::string();
}

void set_or_remove(Json::Value& map, const char* key, const std::string& value) {
  if (value.empty()) {
    map.removeMember(key);
  } else {
    map[key] = value;
  }
}

std::int64_t time_at(const Json::Value& spec, const char* key) {
  return parse_micro_time(text_at(spec, key)).value_or(0);
}

const Json::Value& object_at(const Json::Value& parent, const char* key) {
  static const Json::Value none(Json::objectValue);
  const Json::Value& value = parent[key];
  return value.isObject() ? value : none;
}

}  // namespace

const kube::Resource leases{"coordination.k8s.io", "v1", "Lease", "leases", true, {}};
const kube::Resource namespaces{"", "v1", "Namespace", "namespaces", false, {}};

std::string label_value(std::string_view fleet) {
  return reduced(fleet, longest_label, is_label_character);
}

Replica::Names lease_names(std::string_view fleet, std::string_view replica) {
  Replica::Names names;
  names.leader = "flotilla-" + reduced(fleet, longest_name / 2, is_name_character);
  names.prefix = names.leader + "-";
  names.replica = names.prefix + reduced(replica, longest_name / 2, is_name_character);
  return names;
}

std::string micro_time(std::int64_t microseconds) {
  const std::int64_t seconds = microseconds / million - (microseconds % million < 0 ? 1 : 0);
  std::string text = interpreter::format_timestamp(seconds);
  text.pop_back();  // Z
  return fmt::format("{}.{:06}Z", text, microseconds - seconds * million);
}

std::optional<std::int64_t> parse_micro_time(std::string_view text) {
  const std::optional<std::int64_t> seconds = interpreter::parse_timestamp(text);
  if (!seconds) return std::nullopt;
  std::int64_t fraction = 0;
  const auto dot = text.find('.');
  std::int64_t unit = million / 10;
  for (auto i = dot; dot != std::string_view::npos && ++i < text.size() && unit > 0; unit /= 10) {
    if (text[i] < '0' || text[i] > '9') break;
    fraction += (text[i] - '0') * unit;
  }
  return *seconds * million + fraction;
}

Result<Lease> read_lease(const Json::Value& object, std::string_view fleet) {
  const Json::Value& metadata = object_at(object, "metadata");
  const Json::Value& annotations = object_at(metadata, "annotations");
  const Json::Value& spec = object_at(object, "spec");
  Lease lease;
  lease.name = text_at(metadata, "name");
  lease.version = text_at(metadata, "resourceVersion");
  // One that somebody made by hand, or as a part of a chart, may lack the label.
  const std::string owner = text_at(object_at(metadata, "labels"), fleet_label);
  if (!owner.empty() && owner != label_value(fleet))
    return fail(Code::conflict, fmt::format("Lease {} belongs to fleet {}, not to {}", lease.name,
                                            owner, label_value(fleet)));
  Record& record = lease.record;
  record.holder = text_at(spec, "holderIdentity");
  record.process = text_at(annotations, process_annotation);
  const Json::Value& duration = spec["leaseDurationSeconds"];
  if (!record.holder.empty() && (!duration.isInt() || duration.asInt() <= 0))
    return fail(Code::invalid, fmt::format("Lease {} has no leaseDurationSeconds", lease.name));
  if (duration.isInt()) record.duration = std::chrono::seconds(duration.asInt());
  record.acquired = time_at(spec, "acquireTime");
  record.renewed = time_at(spec, "renewTime");
  record.beat = record.renewed;
  if (spec["leaseTransitions"].isInt()) record.transitions = spec["leaseTransitions"].asInt();
  const std::string members = text_at(annotations, members_annotation);
  if (!members.empty()) lease.members = split(members, ',');
  lease.note = text_at(annotations, note_annotation);
  return lease;
}

Json::Value with_lease(Json::Value object, const Lease& lease, std::string_view fleet) {
  if (!object.isObject()) object = Json::Value(Json::objectValue);
  object["apiVersion"] = "coordination.k8s.io/v1";
  object["kind"] = "Lease";
  Json::Value& metadata = object["metadata"];
  metadata.removeMember("managedFields");
  metadata["name"] = lease.name;
  set_or_remove(metadata, "resourceVersion", lease.version);
  metadata["labels"]["app.kubernetes.io/managed-by"] = "flotilla";
  metadata["labels"][fleet_label] = label_value(fleet);
  Json::Value& annotations = metadata["annotations"];
  if (!annotations.isObject()) annotations = Json::Value(Json::objectValue);
  set_or_remove(annotations, process_annotation, lease.record.process);
  set_or_remove(annotations, members_annotation, join(lease.members, ","));
  set_or_remove(annotations, note_annotation, lease.note);
  Json::Value& spec = object["spec"];
  if (!spec.isObject()) spec = Json::Value(Json::objectValue);
  spec["holderIdentity"] = lease.record.holder;
  spec["leaseDurationSeconds"] = static_cast<Json::Int64>(
      std::chrono::ceil<std::chrono::seconds>(lease.record.duration).count());
  spec["acquireTime"] = micro_time(lease.record.acquired);
  spec["renewTime"] = micro_time(lease.record.renewed);
  spec["leaseTransitions"] = lease.record.transitions;
  return object;
}

}  // namespace flotilla::lease
