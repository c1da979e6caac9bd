#include "reconciler/server/hooks.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace flotilla::server;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

// Header lines "name: value" up to an empty line; the rest is the body.
std::map<std::string, std::string> take_headers(std::string_view& input) {
  std::map<std::string, std::string> headers;
  while (!input.empty()) {
    const auto end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line.empty()) break;
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos)
      headers[std::string(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return headers;
}

}  // namespace

// Nobody without the secret is let in; who has it is answered whatever he sends, and once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const HookKind kind = hook_kinds[data[0] % hook_kinds.size()];
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::map<std::string, std::string> headers = take_headers(body);
  const Secrets secrets = {"a secret that no input will hold by chance"};
  const Deliveries::Time now{std::chrono::seconds(1'700'000'000)};
  const auto interest = [](const Push&) { return Interest::fetch; };
  Deliveries deliveries;
  const Verdict stranger = judge_hook({kind, headers, body}, secrets, now, interest, deliveries);
  require(stranger.status == 401 && !stranger.push, "a stranger is refused");
  require(deliveries.size() == 0, "a stranger leaves no trace");

  const std::string signature = hex(hmac_sha256(secrets.front(), body));
  headers["x-hub-signature-256"] = "sha256=" + signature;
  headers["x-gitea-signature"] = signature;
  headers["x-gitlab-token"] = secrets.front();
  headers["x-signature"] = "sha256=" + signature;
  headers.erase("authorization");
  headers.erase("x-flotilla-timestamp");
  const Verdict known = judge_hook({kind, headers, body}, secrets, now, interest, deliveries);
  require(known.status != 401, "who has the secret is let in");
  require(!known.push || known.push->ref.empty() || known.push->ref.starts_with("refs/"),
          "a ref has its full name");
  const Verdict again = judge_hook({kind, headers, body}, secrets, now, interest, deliveries);
  require(!again.push, "a replay does nothing");
  return 0;
}
