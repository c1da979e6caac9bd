#include "reconciler/git/process.h"

#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <signal.h>
#include <unistd.h>

using namespace flotilla;
using namespace flotilla::git;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

Result<Outcome> script(const std::string& text, std::chrono::milliseconds time = seconds(20)) {
  return run(
      {{"sh", "-c", text}, {"PATH=/usr/bin:/bin", "WORD=hello"}, steady_clock::now() + time});
}

}  // namespace

TEST_CASE("a program's output, errors and exit code come back") {
  const auto outcome = script("echo $WORD; echo oops >&2; exit 3");
  REQUIRE(outcome);
  CHECK(outcome->out == "hello\n");
  CHECK(outcome->err == "oops\n");
  CHECK(outcome->exit_code == 3);
  CHECK_FALSE(outcome->timed_out);
  CHECK(script("kill -9 $$")->exit_code == 137);
}

TEST_CASE("standard input is empty, and much output on both pipes blocks nobody") {
  CHECK(script("cat")->out.empty());
  const auto outcome =
      script("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo end >&2");
  REQUIRE(outcome);
  CHECK(outcome->out.size() == 3000000);
  CHECK(outcome->err.size() <= 65536);
  CHECK(outcome->err.ends_with("end\n"));
}

TEST_CASE("too much output is an error and not our memory") {
  const auto outcome = script("cat /dev/zero");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::too_large);
}

TEST_CASE("at the deadline the whole group is ended") {
  const testing::Sandbox box;
  const auto before = steady_clock::now();
  const auto outcome = script(
      "trap '' TERM; sleep 1000 & echo $! > " + (box / "child").string() + "; wait; sleep 1000",
      std::chrono::milliseconds(300));
  REQUIRE(outcome);
  CHECK(outcome->timed_out);
  CHECK(steady_clock::now() - before < seconds(30));
  const int child = std::stoi(testing::read_file(box / "child"));
  // The orphan's new parent may take a moment to reap it.
  const auto end = steady_clock::now() + seconds(30);
  const auto runs = [&] {
    const std::string stat = testing::read_file("/proc/" + std::to_string(child) + "/stat");
    return kill(child, 0) == 0 && stat.find(") Z") == std::string::npos;
  };
  while (runs() && steady_clock::now() < end) usleep(1000);
  CHECK_FALSE(runs());
}

TEST_CASE("a background process that keeps the pipes open holds up nobody") {
  const auto before = steady_clock::now();
  const auto outcome = script("sleep 1000 & echo done");
  REQUIRE(outcome);
  CHECK(outcome->out == "done\n");
  CHECK(steady_clock::now() - before < seconds(30));
}

TEST_CASE("a program that is not there is an error that names it") {
  const auto outcome = run({{"no-such-program"}, {}, steady_clock::now() + seconds(1)});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.find("no-such-program") != std::string::npos);
}
