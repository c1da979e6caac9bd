#include "tests/unit/placement/rooms.h"

using namespace flotilla;
using namespace flotilla::placement;

namespace {

const std::string wide =
    "{'allocatable': {'pods': '1000', 'cpu': '1000', 'memory': '1000Gi', 'a/b': '1000'}}";

std::int64_t under(Capacity::Quota quota, const Demand& demand) {
  Capacity capacity = capacity_of(wide);
  capacity.limit(0, "shop", std::move(quota));
  std::vector<std::int64_t> all;
  capacity.replicas(demand, all);
  CHECK(all == std::vector<std::int64_t>{capacity.replicas(0, demand)});
  return all[0];
}

Demand of_class(const std::string& priority_class) {
  Demand made = demand("{'cpu': '1'}", "shop");
  made.priority_class = priority_class;
  return made;
}

}  // namespace

TEST_CASE("the keys of a ResourceQuota, held against the request of a replica") {
  const Demand web = demand("{'cpu': '500m', 'memory': '1Ki', 'a/b': '2'}", "shop");
  const auto [key, left, wanted] = GENERATE(table<const char*, std::int64_t, std::int64_t>({
      {"cpu", 2000, 4},
      {"requests.cpu", 1999, 3},
      {"limits.cpu", 1000, 2},
      {"memory", 10240, 10},
      {"requests.memory", 10239, 9},
      {"limits.memory", 1024, 1},
      {"requests.a/b", 7, 3},
      {"pods", 5, 5},
      {"cpu", 0, 0},
      {"cpu", -100, 0},
      // These are no part of a pod's request.
      {"requests.storage", 0, 500},
      {"persistentvolumeclaims", 0, 500},
      {"count/deployments.apps", 0, 500},
      {"requests.c/d", 0, 500},
  }));
  INFO(key << " " << left);
  CHECK(under({{{key, left}}, {}, {}}, web) == wanted);
}

TEST_CASE("several keys and several quotas limit together") {
  const Demand web = demand("{'cpu': '500m', 'memory': '1Ki'}", "shop");
  CHECK(under({{{"requests.cpu", 5000}, {"limits.cpu", 4000}, {"pods", 9}}, {}, {}}, web) == 8);
  Capacity capacity = capacity_of(wide);
  capacity.limit(0, "shop", {{{"cpu", 5000}}, {}, {}});
  capacity.limit(0, "shop", {{{"memory", 3072}}, {}, {}});
  CHECK(capacity.replicas(0, web) == 3);
}

TEST_CASE("a quota is for its namespace and cluster alone") {
  Capacity capacity({cluster_with(wide), cluster_with(wide)});
  capacity.limit(1, "shop", {{{"pods", 2}}, {}, {}});
  std::vector<std::int64_t> all;
  capacity.replicas(demand("{'cpu': '1'}", "shop"), all);
  CHECK(all == std::vector<std::int64_t>{1000, 2});
  CHECK(capacity.replicas(1, demand("{'cpu': '1'}", "other")) == 1000);
  CHECK(capacity.replicas(1, demand("{'cpu': '1'}")) == 1000);
  CHECK(capacity.replicas(1, demand("", "shop")) == 2);
  capacity.limit(7, "shop", {{{"pods", 0}}, {}, {}});  // no such cluster
  CHECK(capacity.replicas(0, demand("", "shop")) == 1000);
}

TEST_CASE("a quota may be for some priority classes") {
  const Capacity::Quota high{{{"pods", 3}}, {"high", "higher"}, {}};
  CHECK(under(high, of_class("high")) == 3);
  CHECK(under(high, of_class("low")) == 1000);
  CHECK(under(high, of_class("")) == 1000);
  const Capacity::Quota others{{{"pods", 3}}, {}, {"high"}};
  CHECK(under(others, of_class("high")) == 1000);
  CHECK(under(others, of_class("low")) == 3);
  CHECK(under(others, of_class("")) == 3);
}

TEST_CASE("what is promised counts against a quota") {
  Capacity capacity = capacity_of(wide);
  capacity.limit(0, "shop", {{{"requests.cpu", 4000}, {"pods", 10}}, {}, {}});
  capacity.limit(0, "shop", {{{"pods", 2}}, {"high"}, {}});
  capacity.promise(0, demand("{'cpu': '1'}", "shop"), 3);
  CHECK(capacity.replicas(0, demand("{'cpu': '1'}", "shop")) == 1);
  CHECK(capacity.replicas(0, demand("{'memory': '1'}", "shop")) == 7);
  CHECK(capacity.replicas(0, of_class("high")) == 1);
  capacity.promise(0, demand("{'cpu': '1'}", "other"), 100);
  CHECK(capacity.replicas(0, demand("{'cpu': '1'}", "shop")) == 1);
}

TEST_CASE("a quota limits whole sets of components") {
  Capacity capacity = capacity_of(wide);
  capacity.limit(0, "shop", {{{"cpu", 10000}, {"pods", 100}}, {}, {}});
  const std::vector<ComponentDemand> set{{1, demand("{'cpu': '1'}", "shop")},
                                         {2, demand("{'cpu': '500m'}", "shop")}};
  CHECK(capacity.sets(0, set) == 5);
  const std::vector<ComponentDemand> partly{{1, demand("{'cpu': '1'}", "shop")},
                                            {2, demand("{'cpu': '500m'}", "other")}};
  CHECK(capacity.sets(0, partly) == 10);
}
