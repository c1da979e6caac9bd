#include "reconciler/kube/transfer.h"

#include "render/base/text.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace flotilla::kube {
namespace {

// Bodies are small; libcurl's default is 64 KiB, which a handle keeps for as long as it lives.
constexpr long kUploadBuffer = 16L * 1024;

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(data, size * count);
  transfer.last_data = Clock::now();
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  if (!transfer.is_stream() || status != 200) {
    std::string& body = transfer.response.body;
    transfer.over_limit = piece.size() > transfer.request.largest_body - body.size();
    if (transfer.over_limit) return 0;  // ends the transfer
    body.append(piece);
    return piece.size();
  }
  if (transfer.lines.feed(piece, transfer.request.on_line)) return piece.size();
  transfer.over_limit = transfer.lines.overflowed();
  transfer.ended_by_reader = !transfer.over_limit;
  return 0;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  transfer.last_data = Clock::now();
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();  // what came before belonged to a "100 Continue"
    const bool first = !std::exchange(transfer.answered, true);
    if (first && transfer.request.on_answer) transfer.request.on_answer();
  } else if (colon != std::string_view::npos) {
    const std::string name = lower(trim(line.substr(0, colon)));
    const std::string_view value = trim(line.substr(colon + 1));
    const auto [entry, is_new] = transfer.response.headers.emplace(name, value);
    if (!is_new) entry->second.append("\n").append(value);
  }
  return line.size();
}

// A peer that vanished (power, a dropped NAT entry) is noticed by the kernel, also on connections
// that many streams share.
int on_socket(void*, curl_socket_t socket, curlsocktype) {
  const unsigned int milliseconds = 60'000;
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  return CURL_SOCKOPT_OK;
}

// Connects to the URL's own host, but under the name that the server's certificate bears.
void set_server_name(CURL* easy, Transfer& transfer, curl_slist*& headers) {
  const std::string& url = transfer.request.url;
  const std::string origin = origin_of(url);
  const std::size_t host_at = origin.find("://") + 3;
  std::string host = origin.substr(host_at);
  std::string port;
  const std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    port = host.substr(colon);
    host.resize(colon);
  }
  const std::string name = transfer.request.peer->tls_server_name;
  const std::string renamed = origin.substr(0, host_at) + name + port + url.substr(origin.size());
  curl_easy_setopt(easy, CURLOPT_URL, renamed.c_str());
  // "::host:port": whatever the URL's host and port are.
  curl_slist* target =
      curl_slist_append(nullptr, fmt::format("::{}{}", host, port.empty() ? ":" : port).c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, target);
  transfer.connect_list = target;
  headers = curl_slist_append(headers, fmt::format("Host: {}{}", host, port).c_str());
}

void set_blob(CURL* easy, CURLoption option, const std::string& pem) {
  if (pem.empty()) return;
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

void set_peer(CURL* easy, const Peer& peer) {
  if (!peer.ca_pem.empty()) {
    set_blob(easy, CURLOPT_CAINFO_BLOB, peer.ca_pem);
    curl_easy_setopt(easy, CURLOPT_CAPATH,
                     nullptr);  // or the system's CAs would be trusted as well
  }
  set_blob(easy, CURLOPT_SSLCERT_BLOB, peer.client_cert_pem);
  set_blob(easy, CURLOPT_SSLKEY_BLOB, peer.client_key_pem);
  if (peer.insecure_skip_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!peer.proxy_url.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, peer.proxy_url.c_str());
}

void set_method(CURL* easy, const HttpRequest& request) {
  if (!request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  } else if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_connection(CURL* easy, const Transfer& transfer, const Loop::Options& options) {
  const bool http2 =
      transfer.is_stream() || (transfer.request.peer && transfer.request.peer->http2);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, http2 ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBuffer);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &on_socket);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.request.timeout.count()));
}

bool is_certificate_fault(CURLcode code, std::string_view text) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return true;
    default:
      break;
  }
  // The server's view of our certificate arrives as a TLS alert, often only when the answer is
  // read.
  for (const std::string_view alert :
       {"alert certificate", "alert bad certificate", "alert unknown ca"}) {
    if (text.find(alert) != std::string_view::npos) return true;
  }
  return false;
}

// libcurl's own text, unless it quotes the proxy's URL, which may hold a password.
std::string wording(CURLcode code, const Transfer& transfer) {
  const std::string text = transfer.error_text.c_str();
  const std::string proxy = transfer.request.peer ? transfer.request.peer->proxy_url : "";
  const bool quotes = !proxy.empty() && text.find(proxy) != std::string::npos;
  return text.empty() || quotes ? curl_easy_strerror(code) : text;
}

std::string unreachable_text(CURLcode code, const Transfer& transfer) {
  if (code == CURLE_COULDNT_RESOLVE_HOST) return "no such host";
  if (code == CURLE_COULDNT_RESOLVE_PROXY) return "no such host (the proxy's)";
  if (code == CURLE_GOT_NOTHING) return "the connection was closed without an answer";
  if (code == CURLE_PARTIAL_FILE) return "the connection was closed in the middle of the answer";
  long number = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_OS_ERRNO, &number);
  const bool of_system =
      code == CURLE_COULDNT_CONNECT || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
  if (of_system && number != 0) return lower(std::strerror(static_cast<int>(number)));
  return wording(code, transfer);
}

std::string limit_text(const Transfer& transfer) {
  if (transfer.lines.overflowed()) return "a line of the answer is over the limit of 16 MiB";
  const std::size_t limit = transfer.request.largest_body;
  const std::size_t mebibytes = limit >> 20U;
  return limit == mebibytes << 20U
             ? fmt::format("the answer is over the limit of {} MiB", mebibytes)
             : fmt::format("the answer is over the limit of {} bytes", limit);
}

Error error_of(CURLcode code, const Transfer& transfer) {
  const std::string origin = origin_of(transfer.request.url);
  if (transfer.cancelled) return {Code::cancelled, fmt::format("{}: stopped", origin)};
  if (transfer.silent && transfer.answered) {
    return {Code::timeout,
            fmt::format("{}: nothing came for {} ms", origin, transfer.request.silence.count())};
  }
  if (transfer.silent || transfer.given_up)
    return {Code::timeout, fmt::format("{}: no answer in time", origin)};
  if (transfer.over_limit)
    return {Code::too_large, fmt::format("{}: {}", origin, limit_text(transfer))};
  if (is_certificate_fault(code, transfer.error_text.c_str())) {
    return {Code::unauthorized, fmt::format("{}: {}", origin, wording(code, transfer))};
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {Code::timeout, fmt::format("{}: {}", origin,
                                         transfer.answered ? "the answer did not end in time"
                                                           : "no answer in time")};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Code::invalid, fmt::format("{}: not an http or https URL", origin)};
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_FAILED_INIT:
      return {Code::internal, fmt::format("{}: {}", origin, curl_easy_strerror(code))};
    default:
      return {Code::unavailable, fmt::format("{}: {}", origin, unreachable_text(code, transfer))};
  }
}

void free_lists(Transfer& transfer) {
  curl_slist_free_all(static_cast<curl_slist*>(std::exchange(transfer.header_list, nullptr)));
  curl_slist_free_all(static_cast<curl_slist*>(std::exchange(transfer.connect_list, nullptr)));
}

}  // namespace

Transfer::~Transfer() { free_lists(*this); }

void configure(Transfer& transfer, const Loop::Options& options) {
  CURL* easy = transfer.easy;
  const HttpRequest& request = transfer.request;
  transfer.last_data = Clock::now();
  transfer.error_text.assign(CURL_ERROR_SIZE, '\0');
  curl_slist* headers = nullptr;
  for (const auto& [name, value] : request.headers) {
    headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
  }
  headers = curl_slist_append(headers, "Expect:");  // a round trip for nothing
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text.data());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  set_connection(easy, transfer, options);
  set_method(easy, request);
  if (request.peer) {
    set_peer(easy, *request.peer);
    if (!request.peer->tls_server_name.empty()) set_server_name(easy, transfer, headers);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  transfer.header_list = headers;
}

Result<HttpResponse> conclude(Transfer& transfer, int curl_code) {
  const auto code = static_cast<CURLcode>(curl_code);
  long status = 0;
  if (transfer.easy != nullptr) curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  if (transfer.ended_by_reader) return std::move(transfer.response);
  if (code != CURLE_OK || transfer.cancelled || transfer.silent || transfer.given_up)
    return fail(error_of(code, transfer));
  if (transfer.is_stream() && status == 200) transfer.lines.finish(transfer.request.on_line);
  return std::move(transfer.response);
}

std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos)
    return std::string(url.substr(0, url.find_first_of("/?#@")));
  const std::size_t end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
  return std::string(url.substr(0, end));
}

}  // namespace flotilla::kube
