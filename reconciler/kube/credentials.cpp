#include "reconciler/kube/credentials.h"

#include "reconciler/kube/credential_file.h"
#include "render/base/text.h"

namespace flotilla::kube {
namespace {

constexpr std::chrono::seconds kRefreshBefore{10};

std::string authorization_of(const std::string& token, const Access& access) {
  if (!token.empty()) return "Bearer " + token;
  if (access.username.empty()) return {};
  return "Basic " + base64_encode(access.username + ":" + access.password);
}

}  // namespace

Credentials::Credentials(Loop& loop, Access access)
    : loop_(loop),
      access_(std::move(access)),
      peer_(std::make_shared<const Peer>(access_.peer)),
      authorization_(authorization_of(access_.token, access_)),
      ready_(!access_.exec) {}

bool Credentials::is_fresh() const {
  if (!ready_) return false;
  return !expires_ || std::chrono::system_clock::now() < *expires_ - kRefreshBefore;
}

Task<Result<void>> Credentials::prepare() {
  if (is_fresh()) co_return Result<void>{};
  const unsigned runs_before = runs_;
  co_await renewing_.acquire();
  Result<void> result;
  if (!is_fresh()) result = co_await run_plugin_once(runs_before);
  renewing_.release();
  co_return result;
}

Task<Result<bool>> Credentials::renew(unsigned generation) {
  const unsigned runs_before = runs_;
  co_await renewing_.acquire();
  Result<bool> result = true;
  if (generation_ == generation && access_.exec) {
    Result<void> ran = co_await run_plugin_once(runs_before);
    if (!ran) result = fail(std::move(ran).error());
  } else if (generation_ == generation) {
    result = read_token_again();
  }
  renewing_.release();
  co_return result;
}

Task<Result<void>> Credentials::run_plugin_once(unsigned runs_before) {
  if (runs_ != runs_before) co_return last_run_;
  Result<void> result = co_await run_plugin();
  last_run_ = result;
  ++runs_;
  co_return result;
}

Task<Result<void>> Credentials::run_plugin() {
  Result<ExecCredential> credential = fail(Code::internal, "the exec plugin did not run");
  std::function<void()> work = [this, &credential] {
    credential = run_exec_plugin(*access_.exec, access_);
  };
  co_await loop_.off_thread(std::move(work));
  if (!credential) co_return fail(std::move(credential).error());
  authorization_ = authorization_of(credential->token, access_);
  if (!credential->client_cert_pem.empty()) {
    Peer peer = access_.peer;
    peer.client_cert_pem = std::move(credential->client_cert_pem);
    peer.client_key_pem = std::move(credential->client_key_pem);
    peer_ = std::make_shared<const Peer>(std::move(peer));
  }
  expires_ = credential->expires;
  ready_ = true;
  ++generation_;
  co_return Result<void>{};
}

bool Credentials::read_token_again() {
  if (access_.token_file.empty()) return false;
  const Result<std::string> token = read_token_file(access_.token_file);
  if (!token) return false;
  std::string authorization = authorization_of(*token, access_);
  if (authorization == authorization_) return false;
  authorization_ = std::move(authorization);
  ++generation_;
  return true;
}

void Credentials::sign(HttpRequest& request) const {
  request.peer = peer_;
  if (!authorization_.empty()) request.headers["Authorization"] = authorization_;
}

}  // namespace flotilla::kube
