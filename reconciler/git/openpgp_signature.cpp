#include "reconciler/git/openpgp_signature.h"

#include "reconciler/git/openpgp_armor.h"
#include "reconciler/git/process.h"
#include "render/base/text.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace flotilla::git {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{20};
constexpr std::string_view status_mark = "[GNUPG:] ";

// Only for us, gone with this object.
class PrivateFolder {
 public:
  PrivateFolder() = default;
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Result<void> make() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "flotilla-gpgv-XXXXXX").string();
    if (error || mkdtemp(name.data()) == nullptr)
      return fail(Code::internal, std::string("cannot make a temporary folder: ") +
                                      (error ? error.message() : std::strerror(errno)));
    path_ = name;
    return {};
  }
  Result<std::string> write(const char* name, std::string_view content) const {
    const fs::path file = path_ / name;
    std::ofstream stream(file, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream) return fail(Code::internal, "cannot write " + file.string());
    return file.string();
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Words of the status lines of one kind; the first is the kind.
using Lines = std::vector<std::vector<std::string>>;

Lines lines_of(const Lines& all, std::string_view kind) {
  Lines found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [&](const auto& words) { return words.front() == kind; });
  return found;
}

Lines parse(const std::string& out) {
  Lines lines;
  for (const std::string& line : split(out, '\n'))
    if (line.starts_with(status_mark)) lines.push_back(split(line.substr(status_mark.size()), ' '));
  return lines;
}

std::string key_named(const std::vector<std::string>& words) {
  const std::string id = words.size() > 1 ? words[1] : "";
  const bool is_id = !id.empty() && id.find_first_not_of("0123456789ABCDEF") == std::string::npos;
  return "is signed by OpenPGP key " + (is_id ? id : "of an unknown id");
}

// What makes gpgv's answer anything but one good signature of one valid key.
std::string fault_in(const Lines& status, int exit_code) {
  struct Verdict {
    const char* kind;
    const char* meaning;
  };
  static constexpr Verdict verdicts[] = {
      {"BADSIG", ", but the signature does not fit"},
      {"REVKEYSIG", ", which has been revoked"},
      {"EXPKEYSIG", ", which has expired"},
      {"EXPSIG", ", but the signature has expired"},
  };
  for (const Verdict& verdict : verdicts)
    if (const Lines found = lines_of(status, verdict.kind); !found.empty())
      return key_named(found.front()) + verdict.meaning;
  if (const Lines found = lines_of(status, "ERRSIG"); !found.empty()) {
    const bool unknown = !lines_of(status, "NO_PUBKEY").empty();
    return key_named(found.front()) +
           (unknown ? ", which is not trusted" : ", but the signature cannot be checked");
  }
  const Lines valid = lines_of(status, "VALIDSIG");
  const bool one = lines_of(status, "GOODSIG").size() == 1 && valid.size() == 1 && exit_code == 0;
  constexpr std::size_t signature_class = 9;
  if (!one || valid.front().size() <= signature_class)
    return "has an OpenPGP signature that gpgv does not accept";
  // Of a document: a certification of a key fits other bytes.
  if (const std::string& kind = valid.front()[signature_class]; kind != "00" && kind != "01")
    return "has an OpenPGP signature of class " + kind + ", want one of a document";
  return {};
}

}  // namespace

Result<std::string> openpgp_signature_fault(std::string_view payload, std::string_view armored,
                                            const std::string& keyring) {
  const auto signature = openpgp_dearmored(armored, "PGP SIGNATURE");
  const auto packets = signature ? openpgp_packets(*signature) : std::nullopt;
  if (!packets || packets->size() != 1 || packets->front() != openpgp_signature)
    return std::string("has an OpenPGP signature that cannot be read");
  if (keyring.empty()) return std::string("is signed with OpenPGP, and no OpenPGP key is trusted");
  PrivateFolder folder;
  TRY(folder.make());
  TRY_ASSIGN(const std::string keys, folder.write("keys.gpg", keyring));
  TRY_ASSIGN(const std::string signature_file, folder.write("signature", *signature));
  TRY_ASSIGN(const std::string payload_file, folder.write("payload", payload));
  const char* path = std::getenv("PATH");
  Command command;
  command.arguments = {
      "gpgv", "--status-fd",   "1",    "--homedir", folder.path().string(), "--keyring",
      keys,   "--weak-digest", "SHA1", "--",        signature_file,         payload_file};
  command.environment = {std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path),
                         "GNUPGHOME=" + folder.path().string(), "LC_ALL=C"};
  command.deadline = std::chrono::steady_clock::now() + patience;
  auto outcome = run(command);
  if (!outcome)
    return fail(while_doing(std::move(outcome).error(), "checking an OpenPGP signature"));
  if (outcome->timed_out) return fail(Code::timeout, "gpgv gave no answer in 20 s");
  return fault_in(parse(outcome->out), outcome->exit_code);
}

}  // namespace flotilla::git
