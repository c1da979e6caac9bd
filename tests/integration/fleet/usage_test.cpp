#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/text.h"

#include <catch2/catch.hpp>

// What the program says of a command line that it does not understand.
namespace flotilla::tests {
namespace {

std::string first_error(const Arguments& arguments) {
  const Outcome outcome = flotilla(arguments);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  return lines_of(outcome.err).front();
}

}  // namespace

TEST_CASE("a word or flag that is not known is named") {
  CHECK(
      first_error({"rum", "--repo", "."})
          .starts_with("error: there is no command \"rum\", want one of: run, recover, render, "));
  CHECK(first_error({"run", "--intervall", "3"}) == "error: \"--intervall\" is not expected here");
  CHECK(first_error({"run", "--repo", ".", "--git-tokn=hush"}) ==
        "error: \"--git-tokn\" is not expected here");
  CHECK(first_error({"vet", "here"}) == "error: \"here\" is not expected here");
  CHECK(first_error({}) == "error: A subcommand is required");
  CHECK(first_error({"run"}) == "error: --repo is required");
  CHECK(flotilla({"--help"}).code == 0);
  CHECK(flotilla({"run", "--help"}).code == 0);
}

TEST_CASE("folders that are not there and intervals of nothing are refused") {
  for (const std::string command : {"run", "recover"})
    CHECK(first_error({command, "--repo", ".", "--credentials", "/nowhere"}) ==
          "error: --credentials: Directory does not exist: /nowhere");
  CHECK(first_error({"get", "pods", "--credentials", "/nowhere"}) ==
        "error: --credentials: Directory does not exist: /nowhere");
  CHECK(first_error({"run", "--repo", ".", "--secrets", "/nowhere"}) ==
        "error: --secrets: Directory does not exist: /nowhere");
  for (const std::string none : {"0", "0s", "00ms"}) {
    CHECK(first_error({"run", "--repo", ".", "--interval", none}) ==
          "error: --interval: \"" + none + "\" is no time to wait, want more than 0");
    CHECK(first_error({"status", "--watch", "--interval", none}) ==
          "error: --interval: \"" + none + "\" is no time to wait, want more than 0");
  }
}

}  // namespace flotilla::tests
