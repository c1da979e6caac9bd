#include "reconciler/lease/shards.h"

#include <catch2/catch.hpp>

#include <map>

using namespace flotilla::lease;

namespace {

// A cluster that `owner` has among `members`.
std::string cluster_of(std::string_view owner, const Members& members,
                       std::string_view not_owner_among_all = {}, const Members& all = {}) {
  for (int i = 0;; ++i) {
    std::string cluster = "c" + std::to_string(i);
    if (owner_of(cluster, members) != owner) continue;
    if (all.empty() || owner_of(cluster, all) == not_owner_among_all) return cluster;
  }
}

// A replica "a" that has published that it is alone, and looked after that.
Share alone() {
  Share share("a");
  share.looked({}, share.publications());
  share.publishing(share.to_publish({}));
  share.published();
  share.looked({}, share.publications());
  return share;
}

}  // namespace

TEST_CASE("the owner of a cluster is the same for ever") {
  // Replicas of different versions must agree.
  const Members members{"flotilla-0", "flotilla-1", "flotilla-2"};
  CHECK(owner_of("member1", members) == "flotilla-0");
  CHECK(owner_of("member2", members) == "flotilla-1");
  CHECK(owner_of("member3", members) == "flotilla-2");
  CHECK(owner_of("member4", members) == "flotilla-2");
  CHECK(owner_of("member1", {}).empty());
  CHECK(owner_of("member1", {"one"}) == "one");
}

TEST_CASE("clusters are spread evenly, and only those of the one who leaves move") {
  const Members before{"flotilla-0", "flotilla-1", "flotilla-2", "flotilla-3"};
  const Members after{"flotilla-0", "flotilla-1", "flotilla-3"};
  std::map<std::string, int> counts;
  for (int i = 0; i < 4000; ++i) {
    const std::string cluster = "member" + std::to_string(i);
    const std::string owner(owner_of(cluster, before));
    ++counts[owner];
    if (owner != "flotilla-2") CHECK(owner_of(cluster, after) == owner);
  }
  for (const auto& [member, count] : counts) {
    INFO(member);
    CHECK(count > 850);
    CHECK(count < 1150);
  }
}

TEST_CASE("who may begin with a cluster") {
  const Members both{"a", "b"};
  const std::string mine = cluster_of("a", both);
  const std::string theirs = cluster_of("b", both);
  CHECK(may_work(mine, "a", both, {{"b", both}}));
  CHECK_FALSE(may_work(theirs, "a", both, {{"b", both}}));
  CHECK(may_work(theirs, "b", both, {{"a", both}}));
  // b has not heard of a yet.
  CHECK_FALSE(may_work(mine, "a", both, {{"b", {"b"}}}));
  // b has published nothing yet.
  CHECK(may_work(mine, "a", both, {{"b", {}}}));
  CHECK_FALSE(may_work(mine, "a", {}, {}));
}

TEST_CASE("work begins after a publication and a look that began after it") {
  Share share("a");
  CHECK_FALSE(share.may_work("c"));
  share.looked({}, share.publications());
  CHECK_FALSE(share.may_work("c"));
  share.publishing(share.to_publish({}));
  const unsigned look_began = share.publications();
  CHECK_FALSE(share.may_work("c"));
  share.published();
  CHECK(share.waits_for_look());
  CHECK_FALSE(share.may_work("c"));
  share.looked({}, look_began);  // what it saw may be older than the publication
  CHECK_FALSE(share.may_work("c"));
  share.looked({}, share.publications());
  CHECK(share.may_work("c"));
  CHECK_FALSE(share.wants_to_publish({}));
}

TEST_CASE("a claim stays published until the work has ended") {
  Share share = alone();
  const Members both{"a", "b"};
  const std::string lost = cluster_of("b", both);
  const std::string kept = cluster_of("a", both);
  REQUIRE(share.may_work(lost));
  REQUIRE(share.may_work(kept));
  share.looked({{"b", both}}, share.publications());
  CHECK_FALSE(share.may_work(lost));
  CHECK(share.may_work(kept));
  CHECK(share.to_publish({lost}) == Members{"a"});
  CHECK_FALSE(share.wants_to_publish({lost}));
  CHECK(share.to_publish({kept}) == both);
  CHECK(share.wants_to_publish({kept}));
}

TEST_CASE("one that comes later does not interrupt work, and cannot begin itself") {
  Share share = alone();
  REQUIRE(share.may_work("c"));
  share.looked({{"b", {"b"}}}, share.publications());  // claims all, too
  const Members both{"a", "b"};
  const std::string kept = cluster_of("a", both);
  CHECK_FALSE(share.may_work(kept));  // not begun before b claimed it
  Share busy = alone();
  REQUIRE(busy.may_work(kept));
  busy.looked({{"b", {"b"}}}, busy.publications());
  CHECK(busy.may_work(kept));
}

TEST_CASE("a publication without an answer counts as made and as not made") {
  Share share = alone();
  const Members both{"a", "b"};
  const std::string lost = cluster_of("b", both);
  REQUIRE(share.may_work(lost));
  share.looked({{"b", both}}, share.publications());
  share.publishing(share.to_publish({}));  // {a, b}; no answer
  share.looked({}, share.publications());  // b is gone again
  CHECK_FALSE(share.may_work(lost));
  CHECK(share.wants_to_publish({}));
  share.publishing(share.to_publish({}));
  share.published();
  CHECK_FALSE(share.may_work(lost));  // somebody may have taken it in between
  share.looked({}, share.publications());
  CHECK(share.may_work(lost));
}

TEST_CASE("after its lease ran out a replica begins from the start") {
  Share share = alone();
  REQUIRE(share.may_work("c"));
  share.lapsed();
  CHECK_FALSE(share.may_work("c"));
  share.publishing(share.to_publish({}));
  share.published();
  CHECK_FALSE(share.may_work("c"));
  share.looked({{"b", {"b"}}}, share.publications());
  CHECK_FALSE(share.may_work("c"));
  share.looked({}, share.publications());
  CHECK(share.may_work("c"));
}
