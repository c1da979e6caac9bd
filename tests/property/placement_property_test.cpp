#include "tests/property/dice.h"
#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

constexpr int rounds = 3000;

// Fleets, placements and workloads at random, from a seed that the failing test tells.
class Dice : public tests::Dice {
 public:
  using tests::Dice::Dice;

  // c00, c01, ... so that the order of names is the order of numbers.
  std::vector<Member> members() {
    std::vector<Member> list;
    const std::int64_t size = between(1, 12);
    for (std::int64_t i = 0; i < size; ++i) {
      Member member;
      member.name = name_of(static_cast<std::size_t>(i));
      member.pods = between(0, 20);
      member.region = pick<std::string>({"", "r1", "r2", "r3"});
      member.provider = pick<std::string>({"p1", "p2"});
      member.zones = pick<std::vector<std::string>>({{}, {"z1"}, {"z1", "z2"}, {"z3"}});
      if (one_in(3)) member.labels = {{"rack", pick<std::string>({"x", "y"})}};
      if (one_in(6)) member.taints = {{"k", "", "NoSchedule"}};
      list.push_back(member);
    }
    return list;
  }

  Placement division() {
    const auto kind = pick<Division>({Division::duplicated, Division::aggregated,
                                      Division::dynamic_weight, Division::static_weight});
    if (kind != Division::static_weight) return placed(kind);
    if (one_in(3)) return placed(kind);
    std::vector<std::pair<std::string, std::int64_t>> weights;
    for (std::int64_t i = between(0, 6); i > 0; --i)
      weights.emplace_back(name_of(static_cast<std::size_t>(between(0, 11))), between(1, 5));
    return weighted(weights);
  }

  Placement placement() {
    Placement placement = division();
    if (one_in(3)) placement.terms = {names(some_names())};
    if (one_in(4))
      placement.terms = {names(some_names(), "near", {names(some_names(), "cloud")}),
                         names({}, "anywhere")};
    if (one_in(2)) placement.spread = constraints();
    return placement;
  }

  Subject subject() {
    Subject subject = workload(between(1, 40));
    subject.uid = one_in(2) ? "" : std::to_string(between(0, 1000));
    return subject;
  }

  static std::string name_of(std::size_t index) {
    return (index < 10 ? "c0" : "c") + std::to_string(index);
  }

 private:
  std::vector<std::string> some_names() {
    std::vector<std::string> list;
    for (std::int64_t i = between(1, 6); i > 0; --i)
      list.push_back(name_of(static_cast<std::size_t>(between(0, 11))));
    return list;
  }

  std::vector<SpreadConstraint> constraints() {
    const auto bounds = [&](SpreadField field) {
      const std::int64_t min = between(1, 3);
      return by(field, min, one_in(4) ? 0 : between(min, 5));
    };
    std::vector<SpreadConstraint> list = {bounds(SpreadField::cluster)};
    if (one_in(2))
      list.push_back(bounds(pick<SpreadField>(
          {SpreadField::region, SpreadField::zone, SpreadField::provider, SpreadField::label})));
    if (list.back().field == SpreadField::label) list.back().label = "rack";
    return list;
  }

  std::mt19937 random_;
};

template <class Check>
void every_round(const Check& check) {
  for (unsigned seed = 0; seed < rounds; ++seed) {
    Dice dice(seed);
    INFO("seed " << seed);
    check(dice);
  }
}

Once any(Dice& dice) { return {fleet(dice.members()), dice.placement(), dice.subject()}; }

// A placement that only divides by room, so that nothing but the number of replicas can move any.
Once any_dynamic(Dice& dice) {
  Once once{fleet(dice.members()), dice.one_in(2) ? dynamic() : aggregated(), dice.subject()};
  return once;
}

std::int64_t total(const Schedule& schedule) {
  std::int64_t sum = 0;
  for (const TargetCluster& target : schedule.clusters) sum += target.replicas.value_or(0);
  return sum;
}

std::int64_t replicas_on(const Schedule& schedule, const std::string& name) {
  for (const TargetCluster& target : schedule.clusters)
    if (target.name == name) return target.replicas.value_or(0);
  return 0;
}

bool matches_some_term(const Placement& placement, const overrides::Cluster& cluster) {
  if (placement.terms.empty()) return true;
  for (const AffinityTerm& term : placement.terms) {
    if (overrides::matches(term.affinity, cluster)) return true;
    for (const AffinityTerm& overflow : term.overflow)
      if (overrides::matches(overflow.affinity, cluster)) return true;
  }
  return false;
}

void shuffle(std::vector<std::size_t>& order, Dice& dice) {
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(i) - 1))]);
}

// Room that leaves nothing to the order of names: no two clusters have the same, and quotients of
// different primes by odd numbers below both are never the same.
const std::vector<std::int64_t> primes = {83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139};

}  // namespace

TEST_CASE("replicas sum up, or the decision is an error") {
  int successes = 0;
  every_round([&](Dice& dice) {
    const Once once = any(dice);
    const Schedule schedule = once.schedule();
    if (!schedule.scheduled) {
      REQUIRE_FALSE(schedule.message.empty());
      REQUIRE(schedule.reason != "Success");
      return;
    }
    ++successes;
    if (once.placement.is_divided()) {
      REQUIRE(total(schedule) == once.subject.replicas);
    } else {
      for (const TargetCluster& target : schedule.clusters)
        REQUIRE(target.replicas == once.subject.replicas);
    }
  });
  CHECK(successes > rounds / 4);
}

TEST_CASE("clusters are sorted, have replicas, and none is outside the affinity or tainted") {
  every_round([&](Dice& dice) {
    const Once once = any(dice);
    const Schedule schedule = once.schedule();
    std::string last;
    for (const TargetCluster& target : schedule.clusters) {
      REQUIRE(last < target.name);
      last = target.name;
      REQUIRE(target.replicas.value_or(0) > 0);
      const auto cluster =
          std::find_if(once.clusters.begin(), once.clusters.end(),
                       [&](const overrides::Cluster& each) { return each.name == target.name; });
      REQUIRE(cluster != once.clusters.end());
      REQUIRE(matches_some_term(once.placement, *cluster));
      REQUIRE(cluster->taints.empty());
    }
  });
}

TEST_CASE("division by room never gives a cluster more than it has") {
  every_round([&](Dice& dice) {
    const Once once = any_dynamic(dice);
    const Schedule schedule = once.schedule();
    if (!schedule.scheduled) return;
    for (const overrides::Cluster& cluster : once.clusters) {
      const std::int64_t room =
          std::stoll(get_string(cluster.status, {"resourceSummary", "allocatable", "pods"}));
      REQUIRE(replicas_on(schedule, cluster.name) <= room);
    }
  });
}

TEST_CASE("spread constraints hold") {
  every_round([&](Dice& dice) {
    Once once = any(dice);
    once.placement = spread(duplicated(), {});
    const std::int64_t min = dice.between(1, 3);
    const std::int64_t max = dice.between(min, 4);
    once.placement.spread = {by(SpreadField::region, min, max),
                             by(SpreadField::cluster, 1, dice.between(max, 6))};
    const Schedule schedule = once.schedule();
    if (!schedule.scheduled) return;
    std::set<std::string> regions;
    for (const overrides::Cluster& cluster : once.clusters)
      if (replicas_on(schedule, cluster.name) > 0) regions.insert(cluster.region);
    REQUIRE(static_cast<std::int64_t>(regions.size()) >= min);
    REQUIRE(static_cast<std::int64_t>(regions.size()) <= max);
    REQUIRE(static_cast<std::int64_t>(schedule.clusters.size()) <= once.placement.spread[1].max);
  });
}

TEST_CASE("the same request gives the same decision, traced or not") {
  every_round([&](Dice& dice) {
    const Once once = any(dice);
    Trace trace;
    const Schedule first = once.schedule();
    const Schedule second = once.schedule(&trace);
    REQUIRE(first.clusters == second.clusters);
    REQUIRE(first.message == second.message);
    REQUIRE(first.affinity_name == second.affinity_name);
  });
}

TEST_CASE("the order of the clusters does not matter where names break no tie") {
  every_round([&](Dice& dice) {
    std::vector<Member> members = dice.members();
    for (std::size_t i = 0; i < members.size(); ++i) members[i].pods = primes[i];
    Placement placement = dice.placement();
    placement.terms.clear();
    if (!placement.is_divided()) placement.replicas = dynamic().replicas;
    if (placement.replicas->division == Division::static_weight) return;
    const Subject subject = dice.subject();
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(order, dice);
    std::vector<Member> renamed(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      renamed[order[i]] = members[i];
      renamed[order[i]].name = Dice::name_of(order[i]);
    }
    const Schedule one = Once{fleet(members), placement, subject}.schedule();
    const Schedule other = Once{fleet(renamed), placement, subject}.schedule();
    REQUIRE(one.message == other.message);
    for (std::size_t i = 0; i < members.size(); ++i)
      REQUIRE(replicas_on(one, Dice::name_of(i)) == replicas_on(other, Dice::name_of(order[i])));
  });
}

TEST_CASE("steady: nothing moves that need not") {
  int changes = 0;
  every_round([&](Dice& dice) {
    Once once = any_dynamic(dice);
    const Schedule first = once.schedule();
    if (!first.scheduled) return;
    once.previous = first;
    REQUIRE(once.schedule().clusters == first.clusters);

    const std::int64_t before = once.subject.replicas;
    once.subject.replicas = dice.between(1, 60);
    // The first decision takes its room, and the fleet is used by others as well.
    for (overrides::Cluster& cluster : once.clusters)
      cluster.status["resourceSummary"]["allocatable"]["pods"] =
          std::to_string(dice.between(0, 20));
    const Schedule second = once.schedule();
    if (!second.scheduled) {
      REQUIRE(once.subject.replicas > before);
      REQUIRE(second.clusters == first.clusters);
      return;
    }
    ++changes;
    REQUIRE(total(second) == once.subject.replicas);
    for (const overrides::Cluster& cluster : once.clusters) {
      const std::int64_t was = replicas_on(first, cluster.name);
      const std::int64_t is = replicas_on(second, cluster.name);
      if (once.subject.replicas >= before) REQUIRE(is >= was);
      if (once.subject.replicas <= before) REQUIRE(is <= was);
    }
  });
  CHECK(changes > rounds / 4);
}

TEST_CASE("up and down again: the total matches, and nobody is above the scaled-up number") {
  int cycles = 0;
  every_round([&](Dice& dice) {
    Once once = any_dynamic(dice);
    const std::int64_t small = once.subject.replicas;
    const Schedule first = once.schedule();
    if (!first.scheduled) return;
    once.previous = first;
    once.subject.replicas = small + dice.between(1, 20);
    const Schedule up = once.schedule();
    if (!up.scheduled) return;
    once.previous = up;
    once.subject.replicas = small;
    const Schedule down = once.schedule();
    REQUIRE(down.scheduled);
    REQUIRE(total(down) == small);
    for (const TargetCluster& target : down.clusters)
      REQUIRE(*target.replicas <= replicas_on(up, target.name));
    ++cycles;
  });
  CHECK(cycles > rounds / 4);
}

TEST_CASE("in one pass nobody is promised room that was promised before") {
  every_round([&](Dice& dice) {
    const std::vector<Member> members = dice.members();
    const std::vector<overrides::Cluster> clusters = fleet(members);
    Scheduler scheduler(clusters, {});
    std::int64_t given = 0;
    std::int64_t room = 0;
    for (const Member& member : members)
      if (member.taints.empty()) room += member.pods;
    for (int i = 0; i < 8; ++i) {
      const Subject subject = workload(dice.between(1, 20), "w" + std::to_string(i));
      const Placement placement = dynamic();
      Request request;
      request.subject = &subject;
      request.placement = &placement;
      request.now = noon;
      given += total(scheduler.schedule(request));
    }
    REQUIRE(given <= room);
  });
}
