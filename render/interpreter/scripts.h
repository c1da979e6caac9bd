#pragma once

#include "render/interpreter/customization.h"
#include "render/lua/script.h"

#include <functional>

// Each operation by a script: what goes in, what must come out (karmada-semantics 14.3).
namespace flotilla::interpreter {

// Runs scripts with the same modules, at the time that `now` says.
class ScriptRunner {
 public:
  explicit ScriptRunner(std::function<std::int64_t()> now);

  Result<Replicas> replicas(const Script& script, const Json::Value& object) const;
  Result<std::vector<Component>> components(const Script& script, const Json::Value& object) const;
  Result<Json::Value> revise(const Script& script, const Json::Value& object,
                             std::int64_t replicas) const;
  Result<Json::Value> retain(const Script& script, const Json::Value& desired,
                             const Json::Value& observed) const;
  // Empty maps and lists of the template stay, except those of its status (Q13).
  Result<Json::Value> aggregate(const Script& script, const Json::Value& object,
                                const std::vector<StatusItem>& items) const;
  Result<Json::Value> reflect(const Script& script, const Json::Value& live) const;
  Result<bool> is_healthy(const Script& script, const Json::Value& live) const;
  // Not validated yet.
  Result<std::vector<Reference>> dependencies(const Script& script,
                                              const Json::Value& object) const;

 private:
  Result<std::vector<Json::Value>> run(const Script& script, Operation operation,
                                       lua::Call call) const;
  Result<Json::Value> run_for_map(const Script& script, Operation operation, lua::Call call) const;

  lua::Surroundings surroundings_;
  std::function<std::int64_t()> now_;
};

}  // namespace flotilla::interpreter
