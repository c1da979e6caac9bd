#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;

TEST_CASE("splitting and joining") {
  CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(join({"a", "b"}, ", ") == "a, b");
  CHECK(trim(" \t a b\n") == "a b");
  CHECK(replace_all("aXbX", "X", "--") == "a--b--");
}

TEST_CASE("UTF-8 is checked as Unicode defines it") {
  CHECK(is_utf8("plain"));
  CHECK(is_utf8("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80"));
  CHECK_FALSE(is_utf8("\xC0\x80"));          // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_utf8("abc\xE2\x82"));       // cut off
}

TEST_CASE("base64 both ways") {
  for (const std::string text : {"", "a", "ab", "abc", "abcd"})
    CHECK(base64_decode(base64_encode(text)) == text);
  CHECK(base64_encode("hello") == "aGVsbG8=");
  CHECK(base64_decode("aGVs\nbG8=\n") == "hello");
  CHECK_FALSE(base64_decode("aGV$"));
  CHECK_FALSE(base64_decode("aGVsb"));
  CHECK_FALSE(base64_decode("a=bc"));
}
