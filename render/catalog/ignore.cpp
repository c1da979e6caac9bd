#include "render/catalog/ignore.h"

#include "render/base/text.h"

namespace flotilla::catalog {

namespace {

// Blanks at the end do not count unless a backslash stands before them.
std::string_view without_blanks(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  while (!line.empty() && line.back() == ' ') {
    std::size_t slashes = 0;
    while (slashes + 1 < line.size() && line[line.size() - 2 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 1) break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

IgnorePattern::IgnorePattern(std::string_view line) {
  line = without_blanks(line);
  if (line.empty() || line[0] == '#') return;
  if (line[0] == '!') {
    negated_ = true;
    line.remove_prefix(1);
  }
  if (!line.empty() && line.back() == '/') {
    folders_only_ = true;
    line.remove_suffix(1);
  }
  anchored_ = line.find('/') != std::string_view::npos;
  if (!line.empty() && line[0] == '/') line.remove_prefix(1);
  if (line.empty()) return;
  valid_ = true;
  compile(line);
}

void IgnorePattern::compile(std::string_view glob) {
  for (std::size_t at = 0; at < glob.size() && valid_;) {
    const bool starts_part = at == 0 || glob[at - 1] == '/';
    if (starts_part && glob.substr(at, 3) == "**/") {
      tokens_.push_back({Token::Kind::folders, 0, {}, false});
      at += 3;
    } else if (starts_part && glob.substr(at) == "**") {
      tokens_.push_back({Token::Kind::rest, 0, {}, false});
      at += 2;
    } else if (glob[at] == '*') {
      if (tokens_.empty() || tokens_.back().kind != Token::Kind::star)
        tokens_.push_back({Token::Kind::star, 0, {}, false});
      ++at;
    } else if (glob[at] == '?') {
      tokens_.push_back({Token::Kind::any, 0, {}, false});
      ++at;
    } else if (glob[at] == '[') {
      at = compile_set(glob, at + 1);
    } else {
      if (glob[at] == '\\' && ++at == glob.size())
        valid_ = false;  // as in git, such a pattern matches nothing
      if (valid_) tokens_.push_back({Token::Kind::character, glob[at], {}, false});
      ++at;
    }
  }
}

// `at` is behind the '['. Gives the place behind the ']'; a set without one makes the pattern match
// nothing.
std::size_t IgnorePattern::compile_set(std::string_view glob, std::size_t at) {
  Token token{Token::Kind::set, 0, {}, false};
  const auto more = [&] { return at < glob.size(); };
  if (more() && (glob[at] == '!' || glob[at] == '^')) {
    token.inverted = true;
    ++at;
  }
  const auto character = [&] {
    if (glob[at] == '\\' && at + 1 < glob.size()) ++at;
    return glob[at++];
  };
  for (bool first = true; more() && (first || glob[at] != ']'); first = false) {
    const char low = character();
    char high = low;
    if (at + 1 < glob.size() && glob[at] == '-' && glob[at + 1] != ']') {
      ++at;
      high = character();
    }
    token.set += low;
    token.set += high;
  }
  if (!more()) valid_ = false;
  tokens_.push_back(std::move(token));
  return at + 1;
}

bool IgnorePattern::matches(std::string_view path, bool is_folder) const {
  if (!valid_ || (folders_only_ && !is_folder)) return false;
  if (!anchored_) path = path.substr(path.rfind('/') + 1);
  // -1 is not known yet: each pair of token and place is looked at once, so that no pattern takes
  // exponential time.
  std::vector<signed char> known((tokens_.size() + 1) * (path.size() + 1), -1);
  return matches_from(0, path, 0, known);
}

bool IgnorePattern::matches_from(std::size_t token, std::string_view text, std::size_t at,
                                 std::vector<signed char>& known) const {
  signed char& answer = known[token * (text.size() + 1) + at];
  if (answer < 0) answer = try_from(token, text, at, known) ? 1 : 0;
  return answer == 1;
}

bool IgnorePattern::try_from(std::size_t token, std::string_view text, std::size_t at,
                             std::vector<signed char>& known) const {
  if (token == tokens_.size()) return at == text.size();
  switch (tokens_[token].kind) {
    case Token::Kind::rest:
      return at < text.size();
    case Token::Kind::star:
      for (std::size_t end = at;; ++end) {
        if (matches_from(token + 1, text, end, known)) return true;
        if (end == text.size() || text[end] == '/') return false;
      }
    case Token::Kind::folders:
      for (std::size_t end = at;; end = text.find('/', end) + 1) {
        if (matches_from(token + 1, text, end, known)) return true;
        if (text.find('/', end) == std::string_view::npos) return false;
      }
    default:
      return at < text.size() && matches_one(tokens_[token], text[at]) &&
             matches_from(token + 1, text, at + 1, known);
  }
}

bool IgnorePattern::matches_one(const Token& token, char c) {
  if (token.kind == Token::Kind::character) return c == token.character;
  if (c == '/') return false;
  if (token.kind == Token::Kind::any) return true;
  const auto byte = [](char x) { return static_cast<unsigned char>(x); };
  bool within = false;
  for (std::size_t i = 0; i + 1 < token.set.size(); i += 2)
    within = within || (byte(c) >= byte(token.set[i]) && byte(c) <= byte(token.set[i + 1]));
  return within != token.inverted;
}

void IgnoreRules::add(const std::string& folder, std::string_view text) {
  std::vector<IgnorePattern>& patterns = rules_[folder];
  for (const std::string& line : split(text, '\n')) patterns.emplace_back(line);
}

bool IgnoreRules::ignores(const std::string& file) const {
  if (rules_.empty()) return false;
  for (std::size_t slash = file.find('/'); slash != std::string::npos;
       slash = file.find('/', slash + 1)) {
    const std::string folder = file.substr(0, slash);
    const auto [known, is_new] = folders_.try_emplace(folder, false);
    if (is_new) known->second = decide(folder, true);
    if (known->second) return true;
  }
  return decide(file, false);
}

bool IgnoreRules::decide(const std::string& path, bool is_folder) const {
  for (std::size_t end = path.rfind('/');;
       end = end == 0 ? std::string::npos : path.rfind('/', end - 1)) {
    const std::string_view folder =
        end == std::string::npos ? std::string_view() : std::string_view(path).substr(0, end);
    const auto found = rules_.find(folder);
    if (found != rules_.end()) {
      const std::string_view below =
          std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
      for (auto pattern = found->second.rbegin(); pattern != found->second.rend(); ++pattern)
        if (pattern->matches(below, is_folder)) return !pattern->is_negated();
    }
    if (folder.empty()) return false;
  }
}

}  // namespace flotilla::catalog
