#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::catalog {

// One pattern of gitignore syntax, ready to be matched.
class IgnorePattern {
 public:
  // `line` without its line break; comments and blank lines give a pattern that matches nothing.
  explicit IgnorePattern(std::string_view line);

  // `path` is relative to the folder of the file that holds the pattern.
  bool matches(std::string_view path, bool is_folder) const;
  bool is_negated() const { return negated_; }

 private:
  struct Token {
    enum class Kind { character, any, star, folders, rest, set } kind = Kind::character;
    char character = 0;
    std::string set;  // two characters a range
    bool inverted = false;
  };

  void compile(std::string_view glob);
  std::size_t compile_set(std::string_view glob, std::size_t at);
  bool matches_from(std::size_t token, std::string_view text, std::size_t at,
                    std::vector<signed char>& known) const;
  bool try_from(std::size_t token, std::string_view text, std::size_t at,
                std::vector<signed char>& known) const;
  static bool matches_one(const Token& token, char c);

  std::vector<Token> tokens_;
  bool valid_ = false;
  bool negated_ = false;
  bool folders_only_ = false;
  bool anchored_ = false;  // matched against the whole path, else against its last part
};

// The ignore files of a tree, as git combines them: the last pattern that matches decides, deeper
// files come later, and nothing below an ignored folder can be taken back.
class IgnoreRules {
 public:
  void add(const std::string& folder, std::string_view text);  // "" is the root
  bool ignores(const std::string& file) const;

 private:
  bool decide(const std::string& path, bool is_folder) const;

  std::map<std::string, std::vector<IgnorePattern>, std::less<>> rules_;
  mutable std::map<std::string, bool> folders_;  // answers that were given already
};

}  // namespace flotilla::catalog
