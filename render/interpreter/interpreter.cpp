#include "render/interpreter/interpreter.h"

#include "render/base/digest.h"
#include "render/document/json.h"
#include "render/interpreter/bundled.h"
#include "render/interpreter/native.h"
#include "render/interpreter/readiness_steps.h"
#include "render/interpreter/references.h"
#include "render/interpreter/scripts.h"
#include "render/interpreter/timestamp.h"

namespace flotilla::interpreter {

namespace {

const ScriptIndex& bundled() {
  static const ScriptIndex index = merge(bundled_customizations());
  return index;
}

std::string digest_of(const ScriptIndex& index) {
  Json::Value tree(Json::arrayValue);
  for (const auto& [kind, operations] : index)
    for (const auto& [operation, scripts] : operations)
      for (const Script& script : scripts) {
        Json::Value& entry = tree.append(Json::arrayValue);
        for (const std::string& part : {kind.first, kind.second, std::string(to_string(operation)),
                                        script.customization, script.text})
          entry.append(part);
      }
  return sha256_hex(canonical_json(tree));
}

const std::string& bundled_digest() {
  static const std::string digest = digest_of(bundled());
  return digest;
}

// The object as an API server would have completed it, to look at.
class Defaulted {
 public:
  explicit Defaulted(const Json::Value& object) : object_(&object) {
    if (!native::lacks_defaults(object)) return;
    completed_ = object;
    native::set_defaults(completed_);
    object_ = &completed_;
  }
  Defaulted(const Defaulted&) = delete;
  Defaulted& operator=(const Defaulted&) = delete;

  const Json::Value& operator*() const { return *object_; }

 private:
  Json::Value completed_;
  const Json::Value* object_;
};

}  // namespace

struct Interpreter::Rules {
  ScriptIndex own;
  Now now;
  ScriptRunner runner;
  std::string digest;

  Rules(std::vector<Customization> customizations, Now clock)
      : own(merge(std::move(customizations))),
        now(std::move(clock)),
        runner(now),
        digest(sha256_hex(digest_of(own) + bundled_digest())) {}

  // The scripts that answer, or nullptr: then the native rules do, if they know the kind.
  const std::vector<Script>* scripts(Operation operation, std::string_view api_version,
                                     std::string_view kind) const {
    const auto* scripts = scripts_of(own, operation, api_version, kind);
    return scripts != nullptr ? scripts : scripts_of(bundled(), operation, api_version, kind);
  }
};

namespace {

// Who answers an operation for an object.
struct Source {
  const std::vector<Script>* scripts = nullptr;
  bool native = false;

  const Script& script() const { return scripts->front(); }
  bool none() const { return scripts == nullptr && !native; }
};

template <class Rules>
Source source_of(const Rules& rules, Operation operation, const Json::Value& object) {
  const std::string api_version = get_string(object, "apiVersion");
  const std::string kind = get_string(object, "kind");
  const auto* scripts = rules.scripts(operation, api_version, kind);
  return {scripts, scripts == nullptr && native::has(operation, api_version, kind)};
}

// What a script says of a Secret may quote its values, which must not be told. The native rules
// quote nothing.
template <class T>
Result<T> discreet(Result<T> answer, const Json::Value& object, const Script& script) {
  if (answer || answer.error().code == Code::too_large || get_string(object, "kind") != "Secret")
    return answer;
  return fail(answer.error().code,
              "a script of " + script.customization +
                  " failed on a Secret; what it said is left out, as it may quote a value",
              answer.error().where);
}

}  // namespace

Interpreter::Interpreter() : Interpreter({}, [] { return std::int64_t{0}; }) {}

Interpreter::Interpreter(std::vector<Customization> customizations, Now now)
    : rules_(std::make_shared<const Rules>(std::move(customizations), std::move(now))) {}

bool Interpreter::has(Operation operation, std::string_view api_version,
                      std::string_view kind) const {
  return rules_->scripts(operation, api_version, kind) != nullptr ||
         native::has(operation, api_version, kind);
}

bool Interpreter::has_script(Operation operation, std::string_view api_version,
                             std::string_view kind) const {
  return rules_->scripts(operation, api_version, kind) != nullptr;
}

Result<std::optional<Replicas>> Interpreter::replicas(const Json::Value& object) const {
  const Source source = source_of(*rules_, Operation::replicas, object);
  if (source.none()) return std::nullopt;
  const Defaulted seen(object);
  if (source.native) return native::replicas(*seen);
  return discreet<std::optional<Replicas>>(rules_->runner.replicas(source.script(), *seen), object,
                                           source.script());
}

Result<std::vector<Component>> Interpreter::components(const Json::Value& object) const {
  const Source source = source_of(*rules_, Operation::components, object);
  if (source.scripts == nullptr) return std::vector<Component>();
  return discreet(rules_->runner.components(source.script(), *Defaulted(object)), object,
                  source.script());
}

Result<Json::Value> Interpreter::revise(Json::Value object, std::int64_t replicas) const {
  const Source source = source_of(*rules_, Operation::revise, object);
  if (source.none()) return object;
  if (source.native) return native::revise(std::move(object), replicas);
  return discreet(rules_->runner.revise(source.script(), object, replicas), object,
                  source.script());
}

Result<Json::Value> Interpreter::retain(Json::Value desired, const Json::Value& observed) const {
  const Source source = source_of(*rules_, Operation::retain, desired);
  if (source.none()) return desired;
  if (source.native) return native::retain(std::move(desired), observed);
  return discreet(rules_->runner.retain(source.script(), desired, observed), desired,
                  source.script());
}

Result<Json::Value> Interpreter::aggregate(Json::Value object,
                                           const std::vector<StatusItem>& items) const {
  const Source source = source_of(*rules_, Operation::aggregate, object);
  if (source.none()) return object;
  if (source.native)
    return native::aggregate(std::move(object), items, format_timestamp(rules_->now()));
  return discreet(rules_->runner.aggregate(source.script(), object, items), object,
                  source.script());
}

Result<Json::Value> Interpreter::reflect(const Json::Value& live) const {
  const Source source = source_of(*rules_, Operation::reflect, live);
  if (source.native) return native::reflect(live);
  if (source.scripts != nullptr)
    return discreet(rules_->runner.reflect(source.script(), live), live, source.script());
  const Json::Value* status = find(live, "status");
  return status == nullptr ? Json::Value() : *status;
}

Result<Health> Interpreter::health(const Json::Value& live) const {
  if (!live.isObject()) return Health::unknown;
  const Source source = source_of(*rules_, Operation::health, live);
  if (source.none()) return Health::healthy;
  TRY_ASSIGN(const bool healthy, source.native
                                     ? native::is_healthy(live)
                                     : discreet(rules_->runner.is_healthy(source.script(), live),
                                                live, source.script()));
  return healthy ? Health::healthy : Health::unhealthy;
}

ReadinessResult Interpreter::readiness(const Json::Value& live, const ReadinessRules& rules,
                                       std::int64_t now) const {
  const Source source = source_of(*rules_, Operation::health, live);
  if (source.scripts == nullptr || !live.isObject()) return kstatus(live, rules, now);
  if (auto found = unsettled(live)) return *std::move(found);
  if (auto found = without_status(live, rules, now)) return *std::move(found);
  const std::string rule = get_string(live, "kind") + "'s health rule";
  const auto healthy =
      discreet(rules_->runner.is_healthy(source.script(), live), live, source.script());
  if (!healthy) return unknown(rule + " failed: " + to_string(healthy.error()));
  return *healthy ? current() : in_progress(rule + " says no");
}

Result<std::vector<Reference>> Interpreter::dependencies(const Json::Value& object) const {
  const Source source = source_of(*rules_, Operation::dependencies, object);
  std::vector<Reference> found;
  if (source.none()) return found;
  const Defaulted seen(object);
  if (source.native) {
    TRY_ASSIGN(found, native::dependencies(*seen));
    TRY(validate(found));
    return sorted_once(std::move(found));
  }
  for (const Script& script : *source.scripts) {
    TRY_ASSIGN(std::vector<Reference> references,
               discreet(rules_->runner.dependencies(script, *seen), object, script));
    if (auto valid = discreet(validate(references), object, script); !valid)
      return fail(while_doing(std::move(valid).error(),
                              "reading the dependencies of " + script.customization));
    found.insert(found.end(), references.begin(), references.end());
  }
  return sorted_once(std::move(found));
}

const std::string& Interpreter::digest() const { return rules_->digest; }

}  // namespace flotilla::interpreter
