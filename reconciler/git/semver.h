#pragma once

#include "render/base/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Versions as semver.org has them, and ranges of them, for tags. No I/O.
namespace flotilla::git {

struct Version {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> prerelease;  // "rc.1": two parts; empty: a release
};

// "1.2.3", "v1.2.3-rc.1+build": three numbers, a leading v, a prerelease and build metadata (which
// counts for nothing) may be there. nullopt for anything else: a tag that is no version.
std::optional<Version> parse_version(std::string_view text);

// Precedence of semver.org: a prerelease is before its release.
std::strong_ordering compare(const Version& a, const Version& b);

// A condition on versions: alternatives ("||"), each of comparators that must all hold (space or
// comma). Comparators: = != > >= < <= ^ ~, "1.x", "*", "1.2 - 1.4"; missing numbers are wildcards.
class VersionRange {
 public:
  // invalid: the text is no range; the message says which part of it.
  static Result<VersionRange> parse(std::string_view text);

  // A prerelease is in the range only if the alternative that it fits names one, and never below
  // an upper bound without one: "<2.0.0" has no 2.0.0-rc.1.
  bool contains(const Version& version) const;

  struct Comparator {
    enum class Kind { at_least, above, at_most, below, outside };
    Kind kind = Kind::at_least;
    Version version;
    Version end;  // outside: [version, end), or version alone if both are the same
  };

 private:
  struct Alternative {
    std::vector<Comparator> comparators;
    bool prereleases = false;
  };
  std::vector<Alternative> alternatives_;
};

// The tag with the highest version in the range; of equal ones the last by name. nullopt: none is
// in it.
std::optional<std::string> highest(const VersionRange& range, const std::vector<std::string>& tags);

}  // namespace flotilla::git
