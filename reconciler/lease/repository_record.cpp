#include "reconciler/lease/lease_object.h"
#include "reconciler/lease/repository_election.h"
#include "render/document/json.h"

namespace flotilla::lease {
namespace {

constexpr const char* api_version = "flotilla.dev/v1alpha1";
constexpr std::size_t most_waiting = 1000;

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(Code::invalid, "the lease's record " + what);
}

Result<std::string> text_at(const Json::Value& object, const char* key) {
  if (object[key].isString()) return object[key].asString();
  return wrong(std::string("has no ") + key);
}

Result<std::int64_t> number_at(const Json::Value& object, const char* key) {
  if (object[key].isInt64() && object[key].asInt64() >= 0) return object[key].asInt64();
  return wrong(std::string("has no ") + key);
}

Result<std::int64_t> time_at(const Json::Value& object, const char* key) {
  TRY_ASSIGN(const std::string text, text_at(object, key));
  if (const auto time = parse_micro_time(text)) return *time;
  return wrong(std::string("has no time in ") + key);
}

}  // namespace

std::string to_text(const RepositoryRecord& record) {
  Json::Value root(Json::objectValue);
  root["apiVersion"] = api_version;
  root["kind"] = "Lease";
  root["holderIdentity"] = record.lease.holder;
  root["process"] = record.lease.process;
  root["leaseDurationMilliseconds"] = static_cast<Json::Int64>(record.lease.duration.count());
  root["acquireTime"] = micro_time(record.lease.acquired);
  root["renewTime"] = micro_time(record.lease.renewed);
  root["leaseTransitions"] = record.lease.transitions;
  root["beat"] = static_cast<Json::Int64>(record.lease.beat);
  root["alone"] = record.alone;
  root["waiting"] = Json::Value(Json::arrayValue);
  for (const Waiting& one : record.waiting) {
    Json::Value entry(Json::objectValue);
    entry["identity"] = one.name;
    entry["process"] = one.process;
    entry["beat"] = static_cast<Json::Int64>(one.beat);
    entry["renewTime"] = micro_time(one.renewed);
    root["waiting"].append(entry);
  }
  return pretty_json(root) + "\n";
}

Result<RepositoryRecord> parse_repository_record(std::string_view text) {
  TRY_ASSIGN(const Json::Value root, parse_json(text));
  if (!root.isObject()) return wrong("is no object");
  if (root["apiVersion"] != api_version || root["kind"] != "Lease")
    return wrong("is not of the kind Lease");
  RepositoryRecord record;
  Record& lease = record.lease;
  TRY_ASSIGN(lease.holder, text_at(root, "holderIdentity"));
  TRY_ASSIGN(lease.process, text_at(root, "process"));
  TRY_ASSIGN(const std::int64_t duration, number_at(root, "leaseDurationMilliseconds"));
  constexpr std::int64_t an_hour = 3'600'000;
  if (duration == 0 || duration > an_hour) return wrong("has a duration of no sense");
  lease.duration = milliseconds(duration);
  TRY_ASSIGN(lease.acquired, time_at(root, "acquireTime"));
  TRY_ASSIGN(lease.renewed, time_at(root, "renewTime"));
  TRY_ASSIGN(lease.beat, number_at(root, "beat"));
  if (root["leaseTransitions"].isInt()) lease.transitions = root["leaseTransitions"].asInt();
  if (!root["alone"].isBool()) return wrong("does not say whether its holder is alone");
  record.alone = root["alone"].asBool();
  if (!root["waiting"].isArray() || root["waiting"].size() > most_waiting)
    return wrong("has no list of those who wait");
  for (const Json::Value& entry : root["waiting"]) {
    if (!entry.isObject()) return wrong("has no list of those who wait");
    Waiting one;
    TRY_ASSIGN(one.name, text_at(entry, "identity"));
    TRY_ASSIGN(one.process, text_at(entry, "process"));
    TRY_ASSIGN(one.beat, number_at(entry, "beat"));
    TRY_ASSIGN(one.renewed, time_at(entry, "renewTime"));
    record.waiting.push_back(std::move(one));
  }
  return record;
}

}  // namespace flotilla::lease
