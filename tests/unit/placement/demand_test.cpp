#include "tests/unit/placement/rooms.h"

using namespace flotilla;
using namespace flotilla::placement;

using Resources = std::vector<std::pair<std::string, std::int64_t>>;

TEST_CASE("a demand counts cpu in millicores and the rest in units, rounded up") {
  CHECK(demand("{'memory': '1Ki', 'cpu': '1.5'}").resources ==
        Resources{{"cpu", 1500}, {"memory", 1024}});
  CHECK(demand("{'cpu': '0.1m', 'memory': '1500m', 'nvidia.com/gpu': 2}").resources ==
        Resources{{"cpu", 1}, {"memory", 2}, {"nvidia.com/gpu", 2}});
  CHECK(demand("{'cpu': 0, 'memory': '-1Gi', 'pods': '1'}").resources == Resources{{"pods", 1}});
}

TEST_CASE("a demand without requirements, and with empty ones") {
  CHECK_FALSE(demand("").has_requirements);
  CHECK(demand("{}").has_requirements);
  CHECK(demand_of(test::tree("{}"), "")->has_requirements);
  CHECK(demand_of(test::tree("{'resourceRequest': null}"), "")->resources.empty());
}

TEST_CASE("a namespace and priority class of the requirements count") {
  const auto own = demand_of(test::tree("{'namespace': 'own', 'priorityClassName': 'high'}"), "a");
  REQUIRE(own);
  CHECK(own->namespace_ == "own");
  CHECK(own->priority_class == "high");
  CHECK(demand("{}", "a").namespace_ == "a");
  CHECK(demand("", "a").namespace_ == "a");
}

TEST_CASE("requirements that cannot be read are errors") {
  const auto [text, wanted] = GENERATE(table<const char*, const char*>({
      {"[]", "replicaRequirements is a list, want a map"},
      {"{'resourceRequest': '1'}", "resourceRequest is a text, want a map"},
      {"{'resourceRequest': {'cpu': 'much'}}",
       "resourceRequest.cpu: \"much\" is no quantity, want a number with a suffix such as 500m, 2, "
       "1.5Gi or 12e6"},
      {"{'resourceRequest': {'cpu': []}}",
       "resourceRequest.cpu: found a list, want a quantity such as 500m or 1.5Gi"},
  }));
  const auto made = demand_of(test::tree(text), "");
  REQUIRE_FALSE(made);
  CHECK(made.error().message == wanted);
}
