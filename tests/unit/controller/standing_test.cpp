#include "reconciler/controller/standing.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// A replica with the lease in the repository, and how often it was told of a change.
struct Replica {
  kube::Loop loop;
  std::unique_ptr<controller::Standing> standing;
  int changes = 0;

  Replica() {
    controller::Options options;
    options.lease.kind = controller::Lease::repository;
    options.lease.replica = "a";
    standing = *controller::Standing::make(loop, options);
    standing->on_change = [this] { ++changes; };
  }
};

}  // namespace

TEST_CASE("before anything is known of the lease nobody leads") {
  const Replica replica;
  CHECK_FALSE(replica.standing->leads());
  CHECK_FALSE(replica.standing->others_lead());
  CHECK_FALSE(replica.standing->may_work("eu"));
  CHECK(replica.standing->begin("eu") == nullptr);
}

TEST_CASE("who holds the lease in the repository leads until it ends") {
  Replica replica;
  replica.standing->note_lease({Clock::now() + 300ms, "", ""});
  CHECK(replica.changes == 1);
  CHECK(replica.standing->leads());
  CHECK(replica.standing->may_work("eu"));
  CHECK(replica.standing->begin("eu") != nullptr);
  // Renewed: nothing else than before.
  replica.standing->note_lease({Clock::now() + 400ms, "", ""});
  CHECK(replica.changes == 1);
  // Nobody renews it. That is told, once.
  for (int i = 0; i < 200 && replica.changes == 1; ++i) replica.loop.run(replica.loop.sleep(10ms));
  CHECK(replica.changes == 2);
  CHECK_FALSE(replica.standing->leads());
  CHECK_FALSE(replica.standing->others_lead());
}

TEST_CASE("a lease that another replica holds is told from one that nobody can read") {
  Replica replica;
  replica.standing->note_lease({Clock::now(), "b", ""});
  CHECK(replica.standing->others_lead());
  CHECK(replica.standing->trouble().empty());
  replica.standing->note_lease({Clock::now(), "", "no route to the repository"});
  CHECK_FALSE(replica.standing->others_lead());
  CHECK_FALSE(replica.standing->leads());
  CHECK(replica.standing->trouble() == "no route to the repository");
  replica.standing->note_lease({Clock::now() + 10s, "", ""});
  CHECK(replica.standing->trouble().empty());
  CHECK(replica.changes == 3);
}
