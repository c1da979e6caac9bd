#include "reconciler/http/listen.h"

#include "raw_client.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using http::Listener;

TEST_CASE("Addresses to listen on") {
  const auto [address, shown] =
      GENERATE(table<std::string, std::string>({{"127.0.0.1:0", "127.0.0.1:"},
                                                {"localhost:0", "localhost:"},
                                                {":0", ":"},
                                                {"0.0.0.0:0", "0.0.0.0:"}}));
  CAPTURE(address);
  const auto listener = Listener::at(address);
  REQUIRE(listener);
  CHECK(listener->port() != 0);
  CHECK(listener->address() == shown + std::to_string(listener->port()));
  const tests::Connection connection(listener->port());
  CHECK(connection.send("x"));
}

TEST_CASE("What is no address to listen on") {
  const std::string address = GENERATE("", "8080", "localhost", "localhost:", "localhost:http",
                                       "localhost:70000", "localhost:-1", "localhost:80x", "::1:80",
                                       "[]:80", "[::1]", "[::1]x:80", "no such host:80");
  CAPTURE(address);
  const auto listener = Listener::at(address);
  REQUIRE_FALSE(listener);
  CHECK(listener.error().code == Code::invalid);
}
