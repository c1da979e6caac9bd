#include "reconciler/kube/lines.h"
#include "reconciler/kube/loop.h"
#include "tests/unit/kube/http_fixture.h"
#include "tests/unit/kube/sockets.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::HttpFixture;
using test::Reply;
using test::Request;

namespace {

using Outcome = Result<HttpResponse>;
using Lines = std::vector<std::string>;

Task<> fetch(Loop& loop, HttpRequest request, Outcome* outcome) {
  Outcome result = co_await loop.send(std::move(request));
  *outcome = std::move(result);
}

Outcome stream(const std::string& url, Lines& lines, std::size_t most = 100,
               std::chrono::milliseconds silence = 0ms) {
  Loop loop;
  Outcome outcome = fail(Code::internal, "not run");
  HttpRequest request;
  request.url = url;
  request.timeout = 10s;
  request.silence = silence;
  request.on_line = [&lines, most](std::string_view line) {
    lines.emplace_back(line);
    return lines.size() < most;
  };
  loop.run(fetch(loop, std::move(request), &outcome));
  return outcome;
}

}  // namespace

TEST_CASE("lines are the same wherever the pieces are cut") {
  const std::string text = "{\"a\":1}\n\n{\"b\":\"\xC3\xA4\"}\r\nlast";
  const Lines whole{"{\"a\":1}", "{\"b\":\"\xC3\xA4\"}", "last"};
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      LineSplitter splitter;
      Lines lines;
      const auto keep = [&lines](std::string_view line) {
        lines.emplace_back(line);
        return true;
      };
      splitter.feed(text.substr(0, first), keep);
      splitter.feed(text.substr(first, second - first), keep);
      splitter.feed(text.substr(second), keep);
      CHECK(lines.size() == 2);
      splitter.finish(keep);
      REQUIRE(lines == whole);
    }
  }
}

TEST_CASE("a splitter hands over nothing more once its reader has enough") {
  LineSplitter splitter;
  int seen = 0;
  CHECK_FALSE(splitter.feed("a\nb\nc\n", [&](std::string_view) { return ++seen < 2; }));
  CHECK(seen == 2);
}

TEST_CASE("a line over the limit ends the splitting, wherever it is cut") {
  for (const std::vector<std::string>& pieces : std::vector<std::vector<std::string>>{
           {"12345\n"}, {"123", "45\n"}, {"ab\n123", "45"}, {"12345"}}) {
    LineSplitter splitter(4);
    Lines lines;
    bool going = true;
    for (const std::string& piece : pieces) {
      going = splitter.feed(piece, [&lines](std::string_view line) {
        lines.emplace_back(line);
        return true;
      });
    }
    CHECK_FALSE(going);
    CHECK(splitter.overflowed());
    CHECK(lines.size() == (pieces.front().starts_with("ab") ? 1 : 0));
  }
  LineSplitter splitter(4);
  Lines lines;
  CHECK(splitter.feed("1234\n12", [&lines](std::string_view line) {
    lines.emplace_back(line);
    return true;
  }));
  CHECK(lines == Lines{"1234"});
}

TEST_CASE("an answer over the limit ends its request, and the error names the limit") {
  HttpFixture server([](const Request&) { return Reply{200, std::string(5000, 'x')}; });
  for (const auto& [limit, words] :
       {std::pair{std::size_t{4999}, "4999 bytes"}, {std::size_t{5000}, ""}}) {
    Loop loop;
    HttpRequest request;
    request.url = server.url();
    request.largest_body = limit;
    Outcome outcome = fail(Code::internal, "not run");
    loop.run(fetch(loop, std::move(request), &outcome));
    const bool over = *words != '\0';
    CHECK(outcome.has_value() != over);
    if (!over) continue;
    CHECK(outcome.error().code == Code::too_large);
    CHECK(outcome.error().message == server.url() + ": the answer is over the limit of " + words);
  }
}

TEST_CASE("an event over the limit of a line ends the stream") {
  const std::string part(std::size_t{1} << 20U, 'x');
  HttpFixture server([&part](const Request&) {
    return Reply{200, "", {}, std::vector<std::string>(17, part), Reply::Then::hang};
  });
  Lines lines;
  const Outcome outcome = stream(server.url(), lines);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::too_large);
  CHECK(outcome.error().message ==
        server.url() + ": a line of the answer is over the limit of 16 MiB");
  CHECK(lines.empty());
}

TEST_CASE("a stream hands over lines as they come and keeps no body") {
  HttpFixture server(
      [](const Request&) { return Reply{200, "", {}, {"on", "e\ntw", "o\n", "three"}}; });
  Lines lines;
  const Outcome outcome = stream(server.url(), lines);
  REQUIRE(outcome);
  CHECK(outcome->status == 200);
  CHECK(outcome->body.empty());
  CHECK(lines == Lines{"one", "two", "three"});
}

TEST_CASE("a stream ends when its reader has enough, although the server goes on") {
  HttpFixture server(
      [](const Request&) { return Reply{200, "", {}, {"one\ntwo\nthree\n"}, Reply::Then::hang}; });
  Lines lines;
  const Outcome outcome = stream(server.url(), lines, 2);
  REQUIRE(outcome);
  CHECK(outcome->status == 200);
  CHECK(lines == Lines{"one", "two"});
}

TEST_CASE("an answer that is no 200 is a body, not lines") {
  HttpFixture server([](const Request&) { return Reply{410, "gone\nfor good\n"}; });
  Lines lines;
  const Outcome outcome = stream(server.url(), lines);
  REQUIRE(outcome);
  CHECK(outcome->status == 410);
  CHECK(outcome->body == "gone\nfor good\n");
  CHECK(lines.empty());
}

TEST_CASE("a stream from which nothing comes ends with a timeout") {
  HttpFixture server(
      [](const Request&) { return Reply{200, "", {}, {"one\n"}, Reply::Then::hang}; });
  Lines lines;
  const Outcome outcome = stream(server.url(), lines, 100, 150ms);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::timeout);
  CHECK(outcome.error().message == server.url() + ": nothing came for 150 ms");
  CHECK(lines == Lines{"one"});
}

TEST_CASE("a stream that is cut is an error, and its last half line is not handed over") {
  HttpFixture server(
      [](const Request&) { return Reply{200, "", {}, {"one\n{\"half"}, Reply::Then::cut}; });
  Lines lines;
  const Outcome outcome = stream(server.url(), lines);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::unavailable);
  CHECK(lines == Lines{"one"});
}

TEST_CASE("streams do not delay calls") {
  HttpFixture server([](const Request& request) {
    if (request.path == "/watch") return Reply{200, "", {}, {"one\n"}, Reply::Then::hang};
    return Reply{200, "answer"};
  });
  Loop::Options options;
  options.max_connections_per_host = 2;
  Loop loop(options);
  std::vector<Outcome> watches(20, Outcome(fail(Code::internal, "not run")));
  int lines = 0;
  for (Outcome& watch : watches) {
    HttpRequest request;
    request.url = server.url() + "/watch";
    request.timeout = 0ms;
    request.on_line = [&lines](std::string_view) { return ++lines > 0; };
    loop.spawn(fetch(loop, std::move(request), &watch));
  }
  Outcome answer = fail(Code::internal, "not run");
  HttpRequest call;
  call.url = server.url();
  loop.run(fetch(loop, std::move(call), &answer));
  REQUIRE(answer);
  CHECK(answer->body == "answer");
}
