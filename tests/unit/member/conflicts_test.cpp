#include "reconciler/member/conflicts.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

kube::ApiError conflict(const std::vector<std::pair<std::string, std::string>>& causes) {
  kube::ApiError error;
  error.status = 409;
  for (const auto& [field, message] : causes)
    error.causes.push_back({"FieldManagerConflict", field, message});
  return error;
}

kube::ApiError invalid(const std::vector<std::pair<std::string, std::string>>& causes) {
  kube::ApiError error;
  error.status = 422;
  for (const auto& [field, message] : causes)
    error.causes.push_back({"FieldValueInvalid", field, message});
  return error;
}

}  // namespace

TEST_CASE("a cause of a conflict says who owns the field and how") {
  struct Case {
    std::string message;
    std::string manager;
    bool applies;
    std::string subresource;
    bool claim;
  };
  const std::vector<Case> cases = {
      {R"(conflict with "helm")", "helm", true, "", true},
      {R"(conflict with "kubectl-edit" using v1)", "kubectl-edit", false, "", false},
      {R"(conflict with "kubectl")", "kubectl", true, "", false},
      {R"(conflict with "hpa" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z)",
       "hpa", false, "scale", false},
      {R"(conflict with "a \" using v1")", "a \" using v1", true, "", true},
      {"", "", true, "", true},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    const auto opponents = member::opponents_of(conflict({{".data.a", c.message}}));
    REQUIRE(opponents.size() == 1);
    CHECK(opponents[0].manager == c.manager);
    CHECK(opponents[0].applies == c.applies);
    CHECK(opponents[0].subresource == c.subresource);
    CHECK(opponents[0].is_claim() == c.claim);
    CHECK(opponents[0].path == ".data.a");
    CHECK(member::has_scaled(opponents) == (c.subresource == "scale"));
  }
}

TEST_CASE("a conflict is told by manager, with the paths that matter") {
  const auto opponents =
      member::opponents_of(conflict({{".data.a", R"(conflict with "helm")"},
                                     {".data.b", R"(conflict with "argo")"},
                                     {".data.c", R"(conflict with "helm")"},
                                     {".data.d", R"(conflict with "x" using v1)"}}));
  CHECK(member::conflict_text(opponents) ==
        "conflict with field manager \"argo\" (Apply): .data.b, and with \"helm\" (Apply): "
        ".data.a, .data.c");
}

TEST_CASE("a 409 without field managers is no conflict of fields") {
  kube::ApiError error;
  error.status = 409;
  CHECK(member::opponents_of(error).empty());
}

TEST_CASE("a refusal is about immutable fields only if every cause is") {
  struct Case {
    std::string message;
    bool immutable;
  };
  const std::vector<Case> cases = {
      {R"(Invalid value: {"a":"b"}: field is immutable)", true},
      {"Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
       true},
      {"Forbidden: spec is immutable after creation except resources.requests", true},
      {"Forbidden: updates to parameters are forbidden.", true},
      {R"(Invalid value: ["None"]: may not change once set)", true},
      {R"(Invalid value: "string": Value is immutable)", true},
      {"Required value", false},
      {"", false},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    CHECK(member::is_immutable(invalid({{"spec.a", c.message}})) == c.immutable);
    CHECK_FALSE(
        member::is_immutable(invalid({{"spec.a", c.message}, {"spec.b", "Required value"}})));
  }
  CHECK_FALSE(member::is_immutable(invalid({})));
  kube::ApiError denied = invalid({{"spec.a", "field is immutable"}});
  denied.status = 403;
  CHECK_FALSE(member::is_immutable(denied));
}
