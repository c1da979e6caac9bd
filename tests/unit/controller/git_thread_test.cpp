#include "reconciler/controller/git_thread.h"

#include "reconciler/metrics/metrics.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using namespace std::chrono_literals;

namespace {

bool comes_to_say(const std::string& line) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (("\n" + metrics::text()).find("\n" + line + "\n") != std::string::npos) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

}  // namespace

TEST_CASE("whether the repository is followed is published") {
  const Sandbox box;
  make_repository(box / "work");
  commit_file(box / "work", "readme.txt", "one");
  controller::Options options;
  options.repo = (box / "work").string();
  options.data_dir = box / "data";
  options.interval = 1h;
  auto source = controller::Source::open(options);
  REQUIRE(source);
  kube::Loop loop;
  controller::GitThread::Listener listener;
  listener.at_reading = [](const status::Memory&) {};
  metrics::source_followed(false);
  controller::GitThread git(std::move(*source), std::nullopt, options, loop, listener);
  CHECK(comes_to_say("flotilla_source_followed 1"));
  std::filesystem::rename(box / "work", box / "away");
  git.look_now();
  CHECK(comes_to_say("flotilla_source_followed 0"));
  std::filesystem::rename(box / "away", box / "work");
  git.look_now();
  CHECK(comes_to_say("flotilla_source_followed 1"));
  git.finish();
}
