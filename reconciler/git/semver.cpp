#include "reconciler/git/semver.h"

#include "render/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace flotilla::git {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view word = "0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

// No leading zeros; at most 18 digits, so that one more than it is a number too.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (!is_number(text) || text.size() > 18 || (text.size() > 1 && text[0] == '0'))
    return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::vector<std::string>> parse_words(std::string_view text, bool numbers_are_exact) {
  std::vector<std::string> parts = split(text, '.');
  for (const std::string& part : parts) {
    if (part.empty() || part.find_first_not_of(word) != std::string::npos) return std::nullopt;
    if (numbers_are_exact && is_number(part) && part.size() > 1 && part[0] == '0')
      return std::nullopt;
  }
  return parts;
}

// A version whose last numbers may be missing or wildcards.
struct Partial {
  Version version;
  int numbers = 0;  // how many are given
};

std::optional<Partial> parse_partial(std::string_view text) {
  Partial result;
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    if (!parse_words(text.substr(plus + 1), false)) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    auto words = parse_words(text.substr(dash + 1), true);
    if (!words) return std::nullopt;
    result.version.prerelease = std::move(*words);
    text = text.substr(0, dash);
  }
  const std::vector<std::string> parts = split(text, '.');
  if (parts.size() > 3) return std::nullopt;
  const std::array numbers{&result.version.major, &result.version.minor, &result.version.patch};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool wildcard = parts[i] == "x" || parts[i] == "X" || parts[i] == "*";
    if (wildcard) continue;
    const auto number = parse_number(parts[i]);
    if (!number || result.numbers != static_cast<int>(i)) return std::nullopt;
    *numbers[i] = *number;
    ++result.numbers;
  }
  if (result.numbers < 3 && !result.version.prerelease.empty()) return std::nullopt;
  return result;
}

std::strong_ordering compare_words(const std::string& a, const std::string& b) {
  const bool a_number = is_number(a);
  const bool b_number = is_number(b);
  if (a_number != b_number)
    return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

bool same_numbers(const Version& a, const Version& b) {
  return a.major == b.major && a.minor == b.minor && a.patch == b.patch;
}

// The first version after all that agree with `version` in its first `numbers` numbers.
Version after(const Version& version, int numbers) {
  if (numbers <= 1) return {version.major + 1, 0, 0, {}};
  if (numbers == 2) return {version.major, version.minor + 1, 0, {}};
  return {version.major, version.minor, version.patch + 1, {}};
}

using Comparator = VersionRange::Comparator;
using Kind = Comparator::Kind;

// "^": up to the next change of the first number that is not 0, as far as numbers are given.
Version caret_end(const Partial& from) {
  if (from.version.major > 0 || from.numbers == 1) return after(from.version, 1);
  if (from.version.minor > 0 || from.numbers == 2) return after(from.version, 2);
  return after(from.version, 3);
}

// What an operator means as bounds; nullopt if nothing could be in it.
std::optional<std::vector<Comparator>> bounds(std::string_view op, const Partial& at) {
  const bool whole = at.numbers == 3;
  const Version& low = at.version;
  if (at.numbers == 0) {
    if (op == ">" || op == "<" || op == "!=") return std::nullopt;
    return std::vector<Comparator>{};
  }
  const Version end = after(low, at.numbers);
  if (op == ">=") return {{{Kind::at_least, low, {}}}};
  if (op == "<") return {{{Kind::below, low, {}}}};
  if (op == ">" && whole) return {{{Kind::above, low, {}}}};
  if (op == ">") return {{{Kind::at_least, end, {}}}};
  if (op == "<=" && whole) return {{{Kind::at_most, low, {}}}};
  if (op == "<=") return {{{Kind::below, end, {}}}};
  if (op == "!=") return {{{Kind::outside, low, whole ? low : end}}};
  if (op == "^") return {{{Kind::at_least, low, {}}, {Kind::below, caret_end(at), {}}}};
  if (op == "~" || op == "~>")
    return {{{Kind::at_least, low, {}}, {Kind::below, after(low, std::min(at.numbers, 2)), {}}}};
  if (whole) return {{{Kind::at_least, low, {}}, {Kind::at_most, low, {}}}};
  return {{{Kind::at_least, low, {}}, {Kind::below, end, {}}}};
}

bool holds(const Comparator& comparator, const Version& version) {
  const auto order = compare(version, comparator.version);
  switch (comparator.kind) {
    case Kind::at_least:
      return order >= 0;
    case Kind::above:
      return order > 0;
    case Kind::at_most:
      return order <= 0;
    case Kind::below:
      return order < 0 && (version.prerelease.empty() || !comparator.version.prerelease.empty() ||
                           !same_numbers(version, comparator.version));
    case Kind::outside:
      if (order == 0) return false;
      return order < 0 || compare(version, comparator.end) >= 0;
  }
  return false;
}

// An operator and the version after it, in between blanks or not.
struct Term {
  std::string op;
  std::string version;
};

Result<std::vector<Term>> terms(std::string_view text) {
  std::vector<Term> result;
  constexpr std::string_view blanks = " \t,";
  constexpr std::string_view operators = "=!<>^~";
  for (std::size_t at = 0; (at = text.find_first_not_of(blanks, at)) != std::string_view::npos;) {
    Term term;
    const std::size_t op_end = std::min(text.find_first_not_of(operators, at), text.size());
    term.op = text.substr(at, op_end - at);
    at = text.find_first_not_of(" \t", op_end);
    if (at != std::string_view::npos) {
      const std::size_t end = std::min(text.find_first_of(" \t,=!<>^~", at), text.size());
      term.version = text.substr(at, end - at);
      at = end;
    }
    if (term.version.empty()) return fail(Code::invalid, "no version after \"" + term.op + "\"");
    result.push_back(std::move(term));
  }
  return result;
}

Result<std::vector<Comparator>> comparators(const Term& term) {
  static constexpr std::array<std::string_view, 10> known{"",   "=", "==", "!=", ">",
                                                          ">=", "<", "<=", "^",  "~"};
  if (std::ranges::find(known, term.op) == known.end() && term.op != "~>")
    return fail(Code::invalid, "\"" + term.op + "\" is no comparison of versions");
  const auto version = parse_partial(term.version);
  if (!version) return fail(Code::invalid, "\"" + term.version + "\" is no version");
  auto result = bounds(term.op, *version);
  if (!result) return fail(Code::invalid, "nothing is \"" + term.op + term.version + "\"");
  return std::move(*result);
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  auto partial = parse_partial(text);
  if (!partial || partial->numbers != 3) return std::nullopt;
  return std::move(partial->version);
}

std::strong_ordering compare(const Version& a, const Version& b) {
  if (const auto order = a.major <=> b.major; order != 0) return order;
  if (const auto order = a.minor <=> b.minor; order != 0) return order;
  if (const auto order = a.patch <=> b.patch; order != 0) return order;
  if (a.prerelease.empty() != b.prerelease.empty())
    return a.prerelease.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  return std::lexicographical_compare_three_way(a.prerelease.begin(), a.prerelease.end(),
                                                b.prerelease.begin(), b.prerelease.end(),
                                                compare_words);
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  const auto wrong = [&](const Error& error) {
    return fail(Code::invalid, "\"" + std::string(text) + "\" is no range of versions: " +
                                   error.message + ", want e.g. \">=1.2.0 <2.0.0\", \"^1.2\"");
  };
  for (const std::string& part : split(replace_all(std::string(text), "||", "\n"), '\n')) {
    auto all = terms(part);
    if (!all) return wrong(all.error());
    if (all->empty()) return wrong({Code::invalid, "a part of it is empty", {}, {}});
    Alternative alternative;
    for (std::size_t i = 0; i < all->size(); ++i) {
      // "1.2 - 1.4"
      const bool hyphen = i + 2 < all->size() && (*all)[i + 1].version == "-" &&
                          (*all)[i].op.empty() && (*all)[i + 1].op.empty() &&
                          (*all)[i + 2].op.empty();
      std::vector<Term> some{(*all)[i]};
      if (hyphen) {
        some = {{">=", (*all)[i].version}, {"<=", (*all)[i + 2].version}};
        i += 2;
      }
      for (const Term& term : some) {
        auto bounds = comparators(term);
        if (!bounds) return wrong(bounds.error());
        std::ranges::move(*bounds, std::back_inserter(alternative.comparators));
      }
    }
    alternative.prereleases = std::ranges::any_of(
        alternative.comparators, [](const auto& one) { return !one.version.prerelease.empty(); });
    range.alternatives_.push_back(std::move(alternative));
  }
  return range;
}

bool VersionRange::contains(const Version& version) const {
  return std::ranges::any_of(alternatives_, [&](const Alternative& alternative) {
    if (!version.prerelease.empty() && !alternative.prereleases) return false;
    return std::ranges::all_of(alternative.comparators,
                               [&](const auto& one) { return holds(one, version); });
  });
}

std::optional<std::string> highest(const VersionRange& range,
                                   const std::vector<std::string>& tags) {
  std::optional<std::string> best;
  Version best_version;
  for (const std::string& tag : tags) {
    auto version = parse_version(tag);
    if (!version || !range.contains(*version)) continue;
    const auto order = best ? compare(*version, best_version) : std::strong_ordering::greater;
    if (order < 0 || (order == 0 && tag < *best)) continue;
    best = tag;
    best_version = std::move(*version);
  }
  return best;
}

}  // namespace flotilla::git
