#pragma once

#include "render/interpreter/customization.h"
#include "render/interpreter/readiness.h"
#include "render/interpreter/types.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What a kind means: its replicas, health, status, dependencies (karmada-semantics 14).
namespace flotilla::interpreter {

// Seconds since 1970, for the rules that write a time and for os.time() of scripts.
using Now = std::function<std::int64_t()>;

// The first source that has the operation for the object's apiVersion and kind answers: the user's
// customizations, then our bundled ones (14.5), then the native rules (14.1). An error of that
// source is final. Copies share their rules; calls may come from several threads.
class Interpreter {
 public:
  // The built-in rules alone, at a time that stands still.
  Interpreter();
  // `customizations` are merged as in 14.4.
  explicit Interpreter(std::vector<Customization> customizations, Now now);

  bool has(Operation operation, std::string_view api_version, std::string_view kind) const;
  // True if a customization answers, the user's or a bundled one, and no native rule.
  bool has_script(Operation operation, std::string_view api_version, std::string_view kind) const;

  // nullopt: a kind without replicas. Native kinds are looked at with the API server's defaults
  // (26.3).
  Result<std::optional<Replicas>> replicas(const Json::Value& object) const;
  // Empty: a kind without components, or a script that found none.
  Result<std::vector<Component>> components(const Json::Value& object) const;
  // These four return the object, or the desired one, unchanged where there is no rule.
  Result<Json::Value> revise(Json::Value object, std::int64_t replicas) const;
  Result<Json::Value> retain(Json::Value desired, const Json::Value& observed) const;
  Result<Json::Value> aggregate(Json::Value object, const std::vector<StatusItem>& items) const;
  // Without a rule the whole status; null if there is none.
  Result<Json::Value> reflect(const Json::Value& live) const;
  // Without a rule healthy; unknown for null.
  Result<Health> health(const Json::Value& live) const;
  // A user's InterpretHealth rule, or a bundled one of a third-party kind, says Current or
  // InProgress (Unknown if it fails) of what is neither being deleted, nor ahead of its status, nor
  // without any; everything else is kstatus with `rules`. `now`: seconds since 1970.
  ReadinessResult readiness(const Json::Value& live, const ReadinessRules& rules,
                            std::int64_t now) const;
  // Sorted by apiVersion, kind, namespace and name, each once; validated (14.1).
  Result<std::vector<Reference>> dependencies(const Json::Value& object) const;

  // Changes when the rules of any kind do; for caches.
  const std::string& digest() const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

// False for kinds whose status never says anything (ConfigMap, Secret, RBAC, ...): their metadata
// is all one needs to read.
bool has_status(const GroupKind& kind);

}  // namespace flotilla::interpreter
