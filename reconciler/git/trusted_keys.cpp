#include "reconciler/git/trusted_keys.h"

#include "reconciler/git/openpgp_armor.h"
#include "reconciler/git/ssh_public_key.h"
#include "render/base/digest.h"
#include "render/base/text.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <sstream>

namespace flotilla::git {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 1U << 20U;

// Words of a line, split at blanks outside of double quotes.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escaped = quoted && line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '"';
    if (escaped) {
      words.back() += line.substr(i++, 2);
      continue;
    }
    if (line[i] == '"') quoted = !quoted;
    if (!quoted && (line[i] == ' ' || line[i] == '\t')) {
      if (!words.back().empty()) words.emplace_back();
      continue;
    }
    words.back() += line[i];
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::vector<std::string> options_of(const std::string& word) {
  std::vector<std::string> options(1);
  bool quoted = false;
  for (const char letter : word) {
    if (letter == '"') quoted = !quoted;
    if (letter == ',' && !quoted)
      options.emplace_back();
    else if (letter != '"')
      options.back() += letter;
  }
  return options;
}

bool matches(std::string_view glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  if (glob.front() == '*')
    return matches(glob.substr(1), text) || (!text.empty() && matches(glob, text.substr(1)));
  return !text.empty() && (glob.front() == '?' || glob.front() == text.front()) &&
         matches(glob.substr(1), text.substr(1));
}

// A list of patterns as ssh has it: one with ! takes away.
bool is_for_git(const std::string& patterns) {
  bool found = false;
  for (const std::string& pattern : split(patterns, ',')) {
    if (pattern.starts_with('!') && matches(std::string_view(pattern).substr(1), "git"))
      return false;
    found = found || matches(pattern, "git");
  }
  return found;
}

// YYYYMMDD[HHMM[SS]][Z]; always UTC, so that it means the same on every machine.
std::optional<std::int64_t> to_time(std::string text) {
  if (text.ends_with('Z')) text.pop_back();
  const auto digits = text.size();
  if ((digits != 8 && digits != 12 && digits != 14) ||
      text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  text.resize(14, '0');
  const auto number = [&](std::size_t at, std::size_t count) {
    return std::stoi(text.substr(at, count));
  };
  std::tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(4, 2) - 1;
  parts.tm_mday = number(6, 2);
  parts.tm_hour = number(8, 2);
  parts.tm_min = number(10, 2);
  parts.tm_sec = number(12, 2);
  if (parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31 ||
      parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60)
    return std::nullopt;
  return timegm(&parts);
}

class SshLine {
 public:
  SshLine(std::string place, std::string file) : place_(std::move(place)) {
    key_.file = std::move(file);
  }

  // Adds the line's key, unless it is not meant for git.
  Result<void> read(std::string_view line, std::vector<SshKey>& keys) {
    const std::vector<std::string> words = words_of(line);
    // Principals and options come before the type.
    const auto type = std::find_if(words.begin(), words.end(), [](const std::string& word) {
      return is_ssh_key_type(word) || word.starts_with("ssh-") || word.starts_with("ecdsa-") ||
             word.starts_with("sk-ssh-") || word.starts_with("sk-ecdsa-");
    });
    if (type == words.end() || type - words.begin() > 2 || type + 1 == words.end())
      return fault("is no ssh public key, want e.g. \"ssh-ed25519 AAAA... name\"");
    for (auto word = words.begin(); word != type; ++word) {
      const bool principals = word == words.begin() && word + 1 != type;
      for (const std::string& option : options_of(*word)) TRY(take(option, principals));
    }
    if (!is_ssh_key_type(*type))
      return fault("has a key of type " + *type +
                   ", want ssh-ed25519, ecdsa-sha2-nistp256/384/521, ssh-rsa, or one of a "
                   "hardware token");
    const auto bytes = base64_decode(*(type + 1));
    if (!bytes || ssh_key_type(*bytes) != *type) return fault("has a damaged key");
    if (const std::string why = ssh_public_key_fault(*bytes); !why.empty())
      return fault("has a key that " + why);
    key_.key = *bytes;
    if (for_git_) keys.push_back(std::move(key_));
    return {};
  }

 private:
  // A lone word may be principals or options, and principals need no reading.
  Result<void> take(const std::string& option, bool principals) {
    const auto equals = option.find('=');
    const std::string name = lower(option.substr(0, equals));
    if (name == "cert-authority")
      return fault(
          "has a cert-authority; certificates are not supported, want the keys themselves");
    if (principals || equals == std::string::npos) return {};
    const std::string value = option.substr(equals + 1);
    if (name == "namespaces") {
      for_git_ = is_for_git(value);
    } else if (name == "valid-after" || name == "valid-before") {
      const auto time = to_time(value);
      if (!time) return fault("has " + name + "=\"" + value + "\", want YYYYMMDD[HHMM[SS]][Z]");
      (name == "valid-after" ? key_.valid_after : key_.valid_before) = time;
    } else {
      return fault("has the option " + name + ", want namespaces, valid-after or valid-before");
    }
    return {};
  }
  tl::unexpected<Error> fault(const std::string& what) const {
    return fail(Code::invalid, place_ + " " + what);
  }

  std::string place_;
  SshKey key_;
  bool for_git_ = true;
};

Result<TrustedKeys> read_ssh_keys(const std::string& name, std::string_view content) {
  TrustedKeys keys;
  int number = 0;
  bool any = false;
  for (const std::string& text : split(content, '\n')) {
    ++number;
    const std::string_view line = trim(text);
    if (line.empty() || line.starts_with('#')) continue;
    any = true;
    TRY(SshLine(name + ":" + std::to_string(number), name).read(line, keys.ssh));
  }
  if (!any) return fail(Code::invalid, name + " holds no key");
  return keys;
}

}  // namespace

void TrustedKeys::add(const TrustedKeys& others) {
  ssh.insert(ssh.end(), others.ssh.begin(), others.ssh.end());
  openpgp += others.openpgp;
}

std::string TrustedKeys::digest() const {
  std::string all = ssh_text(openpgp);
  for (const SshKey& key : ssh) {
    all += ssh_text(key.key);
    for (const auto& time : {key.valid_after, key.valid_before})
      all += ssh_text(time ? std::to_string(*time) : "");
  }
  return sha256_hex(all);
}

Result<TrustedKeys> read_keys(const std::string& name, std::string_view content) {
  if (content.size() > most_bytes)
    return fail(Code::too_large, name + " is larger than 1 MiB, want public keys");
  if (content.find("PRIVATE KEY") != std::string_view::npos)
    return fail(Code::invalid, name + " holds a private key, want the public one");
  const bool armored = content.find("-----BEGIN PGP ") != std::string_view::npos;
  const bool binary =
      !content.empty() && (static_cast<unsigned char>(content.front()) & 0x80U) != 0;
  if (!armored && !binary) return read_ssh_keys(name, content);
  TrustedKeys keys;
  keys.openpgp = content;
  if (armored) {
    auto bytes = openpgp_dearmored(content, "PGP PUBLIC KEY BLOCK");
    if (!bytes) return fail(Code::invalid, name + " holds no OpenPGP public key that can be read");
    keys.openpgp = std::move(*bytes);
  }
  const auto packets = openpgp_packets(keys.openpgp);
  if (!packets || packets->empty() || packets->front() != openpgp_public_key)
    return fail(Code::invalid, name + " holds no OpenPGP public key that can be read");
  return keys;
}

Result<TrustedKeys> read_key_folder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (!name.starts_with('.') && it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (error)
    return fail(Code::invalid,
                "cannot read the folder of keys " + folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  TrustedKeys all;
  for (const fs::path& file : files) {
    std::ostringstream content;
    std::ifstream stream(file, std::ios::binary);
    content << stream.rdbuf();
    if (!stream) return fail(Code::invalid, "cannot read " + file.string());
    TRY_ASSIGN(const TrustedKeys keys, read_keys(file.string(), content.str()));
    all.add(keys);
  }
  if (all.empty())
    return fail(Code::invalid, "the folder of keys " + folder.string() +
                                   " holds none, want public keys of OpenPGP or ssh");
  return all;
}

}  // namespace flotilla::git
