#include "reconciler/server/pushes.h"

#include <catch2/catch.hpp>

using namespace flotilla::server;

TEST_CASE("Many pushes are one call until they are taken") {
  int calls = 0;
  Pushes pushes([&calls] { ++calls; });
  CHECK(pushes.take().empty());
  pushes.add({"refs/heads/main", "1"});
  pushes.add({"refs/heads/main", "2"});
  pushes.add({"refs/tags/v1", ""});
  CHECK(calls == 1);
  CHECK(pushes.take() == std::vector<Push>{{"refs/heads/main", "2"}, {"refs/tags/v1", ""}});
  CHECK(pushes.take().empty());
  pushes.add({});
  CHECK(calls == 2);
  CHECK(pushes.take() == std::vector<Push>{Push{}});
}

TEST_CASE("More refs than anybody follows become one push of anything") {
  int calls = 0;
  Pushes pushes([&calls] { ++calls; });
  for (int i = 0; i < 1001; ++i) pushes.add({"refs/heads/" + std::to_string(i), ""});
  CHECK(calls == 1);
  CHECK(pushes.take() == std::vector<Push>{Push{}});
}
