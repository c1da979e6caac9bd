#include "reconciler/lease/identity.h"

#include "reconciler/lease/lease_object.h"
#include "tests/unit/kube/temp_dir.h"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

using namespace flotilla;
using namespace flotilla::lease;

TEST_CASE("a replica's name is kept in its data folder") {
  const test::TempDir folder;
  const auto name = replica_name("", folder.path() / "data");
  REQUIRE(name);
  CHECK(replica_name("", folder.path() / "data") == *name);
  CHECK(replica_name("", folder.path() / "other") != *name);
  CHECK(replica_name("flotilla-0", folder.path() / "data") == "flotilla-0");
  for (const char* wrong : {"-a", "a b", "a,b", "a/b"})
    CHECK(replica_name(wrong, folder.path()).error().code == Code::invalid);
  CHECK_FALSE(replica_name(std::string(64, 'a'), folder.path()));
  CHECK_FALSE(replica_name("", folder.write("file", "") / "data"));
}

TEST_CASE("a process that has ended is known by its token") {
  CHECK_FALSE(is_gone(process_token()));
  CHECK(process_token() == process_token());
  const std::string token = process_token();
  const std::string machine = token.substr(0, token.find('.'));
  const std::string pid = std::to_string(getpid());
  CHECK(is_gone(machine + "." + pid + ".1"));  // another one with the same number
  CHECK_FALSE(is_gone("0123456789abcdef." + pid + ".1"));
  for (const char* odd : {"", "x", "a.b.c", "..."}) CHECK_FALSE(is_gone(odd));
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(child > 0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(is_gone(machine + "." + std::to_string(child) + ".1"));
}

TEST_CASE("names of Leases") {
  const auto names = lease_names("prod", "flotilla-0");
  CHECK(names.leader == "flotilla-prod");
  CHECK(names.replica == "flotilla-prod-flotilla-0");
  const auto odd = lease_names("Prod", "Host_1");
  CHECK(odd.leader != lease_names("prod", "x").leader);
  CHECK(odd.replica != lease_names("Prod", "host_1").replica);
  CHECK(odd.replica.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
        std::string::npos);
  CHECK(lease_names(std::string(300, 'f'), std::string(63, 'r')).replica.size() < 253);
  CHECK(label_value("prod") == "prod");
  CHECK(label_value(std::string(100, 'x')).size() <= 63);
}

TEST_CASE("times with microseconds") {
  CHECK(micro_time(1'700'000'000'000'042) == "2023-11-14T22:13:20.000042Z");
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1'700'000'000'999'999}})
    CHECK(parse_micro_time(micro_time(time)) == time);
  CHECK(parse_micro_time("2023-11-14T22:13:20Z") == 1'700'000'000'000'000);
  CHECK(parse_micro_time("2023-11-14T22:13:20.5Z") == 1'700'000'000'500'000);
  CHECK_FALSE(parse_micro_time("yesterday"));
}

TEST_CASE("a Lease keeps what others wrote into it") {
  Json::Value object(Json::objectValue);
  object["metadata"]["annotations"]["theirs"] = "kept";
  object["metadata"]["ownerReferences"] = Json::Value(Json::arrayValue);
  lease::Lease lease;
  lease.name = "flotilla-f-a";
  lease.version = "7";
  lease.record = {"a", "run", milliseconds(10'000), 1'000'000, 2'000'000, 2'000'000, 4};
  lease.members = {"a", "b"};
  lease.note = "n";
  const Json::Value written = with_lease(object, lease, "f");
  CHECK(written["metadata"]["annotations"]["theirs"] == "kept");
  CHECK(written["metadata"].isMember("ownerReferences"));
  const auto again = read_lease(written, "f");
  REQUIRE(again);
  CHECK(again->record == lease.record);
  CHECK(again->members == lease.members);
  CHECK(again->version == "7");
  CHECK(again->note == "n");
  lease.members.clear();
  lease.note.clear();
  CHECK_FALSE(
      with_lease(written, lease, "f")["metadata"]["annotations"].isMember("flotilla.dev/members"));
  Json::Value broken = written;
  broken["spec"].removeMember("leaseDurationSeconds");
  CHECK(read_lease(broken, "f").error().code == Code::invalid);
}
