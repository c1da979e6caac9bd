#include "reconciler/simulator/refusal.h"

#include "render/base/text.h"
#include "render/document/json.h"

namespace flotilla::simulator {

namespace {

std::string qualified(const std::string& name, const std::string& group) {
  return group.empty() ? name : name + "." + group;
}
std::string quoted(const std::string& text) { return canonical_json(Json::Value(text)); }
std::string bracketed(const std::string& text) { return std::string("[").append(text).append("]"); }

Json::Value details_of(const Subject& subject, const std::string& kind) {
  Json::Value details(Json::objectValue);
  if (!subject.name.empty()) details["name"] = subject.name;
  if (!subject.group.empty()) details["group"] = subject.group;
  details["kind"] = kind;
  return details;
}

Json::Value causes_json(const std::vector<Cause>& causes) {
  Json::Value list(Json::arrayValue);
  for (const Cause& cause : causes) {
    Json::Value entry(Json::objectValue);
    entry["reason"] = cause.reason;
    entry["message"] = cause.message;
    entry["field"] = cause.field;
    list.append(std::move(entry));
  }
  return list;
}

}  // namespace

Json::Value Refusal::status() const {
  Json::Value status(Json::objectValue);
  status["kind"] = "Status";
  status["apiVersion"] = "v1";
  status["metadata"] = Json::Value(Json::objectValue);
  status["status"] = "Failure";
  status["message"] = message;
  if (!reason.empty()) status["reason"] = reason;
  if (!details.isNull()) status["details"] = details;
  status["code"] = code;
  return status;
}

Refusal bad_request(std::string message) { return {400, "BadRequest", std::move(message), {}}; }

Refusal not_found(const Subject& subject) {
  return {404, "NotFound",
          qualified(subject.plural, subject.group) + " " + quoted(subject.name) + " not found",
          details_of(subject, subject.plural)};
}

Refusal namespace_not_found(const std::string& name) {
  return not_found({"", "namespaces", "Namespace", name});
}

Refusal already_exists(const Subject& subject) {
  return {409, "AlreadyExists",
          qualified(subject.plural, subject.group) + " " + quoted(subject.name) + " already exists",
          details_of(subject, subject.plural)};
}

Refusal modified(const Subject& subject) {
  return {409, "Conflict",
          "Operation cannot be fulfilled on " + qualified(subject.plural, subject.group) + " " +
              quoted(subject.name) +
              ": the object has been modified; please apply your changes to the latest version and "
              "try again",
          details_of(subject, subject.plural)};
}

Refusal precondition_failed(const Subject& subject, const std::string& what,
                            const std::string& wanted, const std::string& found) {
  const std::string tail = what == "UID" ? ". The object might have been deleted and then recreated"
                                         : ". The object might have been modified";
  return {409, "Conflict",
          "Operation cannot be fulfilled on " + qualified(subject.kind, subject.group) + " " +
              quoted(subject.name) + ": the " + what + " in the precondition (" + wanted +
              ") does not match the " + what + " in record (" + found + ")" + tail,
          details_of(subject, subject.kind)};
}

Refusal invalid(const Subject& subject, const std::vector<Cause>& causes) {
  std::vector<std::string> texts;
  for (const Cause& cause : causes) texts.push_back(cause.field + ": " + cause.message);
  const std::string all = texts.size() == 1 ? texts.front() : bracketed(join(texts, ", "));
  Json::Value details = details_of(subject, subject.kind);
  details["causes"] = causes_json(causes);
  return {
      422, "Invalid",
      qualified(subject.kind, subject.group) + " " + quoted(subject.name) + " is invalid: " + all,
      std::move(details)};
}

Refusal expired(std::string message) { return {410, "Expired", std::move(message), {}}; }

Refusal typed_patch(const std::string& namespace_, const std::string& name,
                    const std::string& api_version, const std::string& kind,
                    const std::string& misfit) {
  const std::string version =
      api_version.find('/') == std::string::npos ? "/" + api_version : api_version;
  return {500,
          "",
          "failed to create typed patch object (" + namespace_ + "/" + name + "; " + version +
              ", Kind=" + kind + "): " + misfit,
          {}};
}

Refusal apply_conflict(const std::vector<Cause>& causes, const std::string& message) {
  Json::Value details(Json::objectValue);
  details["causes"] = causes_json(causes);
  return {409, "Conflict", message, std::move(details)};
}

Cause required(std::string field, std::string detail) {
  return {"FieldValueRequired", "Required value" + (detail.empty() ? "" : ": " + detail),
          std::move(field)};
}

Cause wrong_value(std::string field, const Json::Value& value, const std::string& why) {
  return {"FieldValueInvalid", "Invalid value: " + canonical_json(value) + ": " + why,
          std::move(field)};
}

Cause unsupported(std::string field, const Json::Value& value,
                  const std::vector<std::string>& supported) {
  std::vector<std::string> texts;
  for (const std::string& text : supported) texts.push_back(quoted(text));
  return {
      "FieldValueNotSupported",
      "Unsupported value: " + canonical_json(value) + ": supported values: " + join(texts, ", "),
      std::move(field)};
}

}  // namespace flotilla::simulator
