#include "render/document/quantity.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/tree.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <limits>
#include <sstream>

using namespace flotilla;

namespace {

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

Quantity quantity(std::string_view text) {
  INFO(text);
  const auto parsed = Quantity::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

std::string name(Quantity::Format format) {
  switch (format) {
    case Quantity::Format::decimal_si:
      return "DecimalSI";
    case Quantity::Format::binary_si:
      return "BinarySI";
    case Quantity::Format::decimal_exponent:
      return "DecimalExponent";
  }
  return "";
}

std::string sum(std::string_view a, std::string_view b) {
  return (quantity(a) + quantity(b)).text();
}

// Calls use(cells, line) for each row of tests/tables/quantities.tsv whose first cell is `kind`.
template <class Use>
int each_row(std::string_view kind, Use use) {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/quantities.tsv");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto cells = split(line, '\t');
    if (cells[0] != kind) continue;
    INFO(line);
    use(cells);
    ++rows;
  }
  return rows;
}

}  // namespace

TEST_CASE("quantities are read, rounded and written as resource.Quantity does") {
  const int rows = each_row("parse", [](const auto& cells) {
    REQUIRE(cells.size() == 6);
    const auto parsed = Quantity::parse(cells[1]);
    REQUIRE(parsed);
    CHECK(parsed->text() == cells[2]);
    CHECK(std::to_string(parsed->value()) == cells[3]);
    CHECK(std::to_string(parsed->milli_value()) == cells[4]);
    CHECK(name(parsed->format()) == cells[5]);
    CHECK(quantity(parsed->text()) == *parsed);
    CHECK(quantity(parsed->text()).text() == parsed->text());
  });
  CHECK(rows > 100);
}

TEST_CASE("what is no quantity is an error that quotes it") {
  const int rows = each_row("error", [](const auto& cells) {
    REQUIRE(cells.size() == 2);
    const auto parsed = Quantity::parse(cells[1]);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Code::invalid);
    CHECK(parsed.error().message.starts_with("\"" + cells[1] + "\" is no quantity, want "));
  });
  CHECK(rows > 25);
  CHECK_FALSE(Quantity::parse(""));
  CHECK_FALSE(Quantity::parse(std::string_view("1\0", 2)));
}

TEST_CASE("sums and differences take the format of the first operand that is not zero") {
  const int rows = each_row("sum", [](const auto& cells) {
    REQUIRE(cells.size() == 5);
    const Quantity a = quantity(cells[1]);
    const Quantity b = quantity(cells[3]);
    CHECK((cells[2] == "+" ? a + b : a - b).text() == cells[4]);
  });
  CHECK(rows > 15);
}

TEST_CASE("the examples of kube.resourceAdd") {
  CHECK(sum("500m", "1.5") == "2");
  CHECK(sum("1Gi", "512Mi") == "1536Mi");
  CHECK(sum("100M", "1Mi") == "101048576");
}

TEST_CASE("values beyond int64 are capped, never wrapped") {
  CHECK(quantity("100E").value() == highest);
  CHECK(quantity("-100E").value() == std::numeric_limits<std::int64_t>::min());
  CHECK(quantity("10E").milli_value() == highest);
  CHECK(quantity("9223372036854775807").milli_value() == highest);
  CHECK(quantity("7Ei").milli_value() == highest);
  CHECK(quantity("1e40").value() == highest);
  CHECK(quantity("1e9223372036854775807").value() == highest);
  CHECK(quantity("1" + std::string(100, '0')).value() == highest);
  CHECK(quantity("1" + std::string(100, '0') + "Ki").value() == highest);
  const Quantity most = quantity("1e40");
  CHECK(((most + most) + most).text() == most.text());
  CHECK((Quantity() - most - most).value() == std::numeric_limits<std::int64_t>::min());
  CHECK(quantity("1000E").text() == "1000E");
}

TEST_CASE("rounding goes away from zero on both sides") {
  CHECK(quantity("-0.1n").text() == "-1n");
  CHECK(quantity("-0.1n").value() == -1);
  CHECK(quantity("-1500m").value() == -2);
  CHECK(quantity("-1.1m").milli_value() == -2);
  CHECK(quantity("1e-9223372036854775807").text() == "1e-9");
  CHECK(quantity("0." + std::string(200, '0') + "1Gi").text() == "1n");
  CHECK(quantity("0.5" + std::string(200, '0') + "Gi").text() == "512Mi");
  CHECK(quantity("0.5" + std::string(200, '0') + "1Gi").text() == "536870912000000001n");
}

TEST_CASE("quantities from numbers") {
  CHECK(Quantity().text() == "0");
  CHECK(Quantity(2048).text() == "2048");
  CHECK(Quantity(2048, Quantity::Format::binary_si).text() == "2Ki");
  CHECK(Quantity(highest).value() == highest);
  CHECK(Quantity::from_milli(1500).text() == "1500m");
  CHECK(Quantity::from_milli(highest).milli_value() == highest);
  CHECK(Quantity().is_zero());
  CHECK(quantity("-0").is_zero());
  CHECK_FALSE(quantity("-0").is_negative());
  CHECK(quantity("-1n").is_negative());
}

TEST_CASE("quantities compare by amount, whatever their format") {
  CHECK(quantity("1Ki") == quantity("1024"));
  CHECK(quantity("1e3") == quantity("1k"));
  CHECK(quantity("1k") < quantity("1Ki"));
  CHECK(quantity("-1") < quantity("0"));
  CHECK(quantity("1n") > quantity("0"));
}

TEST_CASE("approximations") {
  CHECK(quantity("0.1").approximate() == 0.1);
  CHECK(quantity("1.1").approximate() == 1.1);
  CHECK(quantity("1Gi").approximate() == 1073741824.0);
  CHECK(quantity("-2500m").approximate() == -2.5);
  CHECK(quantity("8Ei").approximate() == Approx(9.223372036854775807e18));
}

TEST_CASE("quantities in documents are texts or numbers") {
  const auto document = parse_json(R"({"a":2,"b":0.5,"c":"1Gi","d":true,"e":null,"f":"x"})");
  REQUIRE(document);
  CHECK(quantity_of(*find(*document, "a"))->text() == "2");
  CHECK(quantity_of(*find(*document, "b"))->text() == "500m");
  CHECK(quantity_of(*find(*document, "c"))->text() == "1Gi");
  CHECK(quantity_of(*find(*document, "d")).error().message ==
        "found a truth value, want a quantity such as 500m or 1.5Gi");
  CHECK_FALSE(quantity_of(*find(*document, "e")));
  CHECK_FALSE(quantity_of(*find(*document, "f")));
}
