#include "tests/unit/kube/http_fixture.h"

#include "render/base/text.h"

#include <fmt/format.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>

namespace flotilla::test {

struct HttpFixture::State {
  Answer answer;
  Tls tls;
  MHD_Daemon* daemon = nullptr;
  mutable std::mutex mutex;
  std::vector<Request> requests;
  std::set<MHD_Connection*> hanging;
  int at_once = 0;
  int most_at_once = 0;
  std::atomic<int> connections = 0;
  std::atomic<bool> stopping = false;
};

namespace {

using State = HttpFixture::State;

struct Exchange {
  Request request;
  Reply reply;
  std::size_t next_piece = 0;
  MHD_Connection* connection = nullptr;
  State* state = nullptr;
  bool answered = false;
};

void hang(State& state, MHD_Connection* connection) {
  const std::scoped_lock lock(state.mutex);
  state.hanging.insert(connection);
  MHD_suspend_connection(connection);
}

ssize_t next_piece(void* user, std::uint64_t, char* buffer, std::size_t most) {
  Exchange& exchange = *static_cast<Exchange*>(user);
  if (exchange.next_piece < exchange.reply.pieces.size()) {
    std::string& piece = exchange.reply.pieces[exchange.next_piece];
    const std::size_t size = piece.copy(buffer, most);
    piece.erase(0, size);
    if (piece.empty()) ++exchange.next_piece;
    return static_cast<ssize_t>(size);
  }
  if (exchange.reply.then == Reply::Then::end) return MHD_CONTENT_READER_END_OF_STREAM;
  if (exchange.reply.then == Reply::Then::cut || exchange.state->stopping)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  hang(*exchange.state, exchange.connection);
  return 0;
}

MHD_Result collect_header(void* user, MHD_ValueKind, const char* key, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(user))[lower(key)] =
      value == nullptr ? "" : value;
  return MHD_YES;
}

MHD_Result collect_query(void* user, MHD_ValueKind, const char* key, const char* value) {
  std::string& query = *static_cast<std::string*>(user);
  if (!query.empty()) query += '&';
  query += fmt::format("{}={}", key, value == nullptr ? "" : value);
  return MHD_YES;
}

MHD_Result send_reply(Exchange& exchange) {
  const Reply& reply = exchange.reply;
  MHD_Response* response =
      reply.pieces.empty() && reply.then == Reply::Then::end
          ? MHD_create_response_from_buffer(reply.body.size(), const_cast<char*>(reply.body.data()),
                                            MHD_RESPMEM_MUST_COPY)
          : MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536, &next_piece, &exchange,
                                              nullptr);
  for (const auto& [name, value] : reply.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  const MHD_Result result =
      MHD_queue_response(exchange.connection, static_cast<unsigned>(reply.status), response);
  MHD_destroy_response(response);
  return result;
}

bool has_client_certificate(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  unsigned status = 1;
  auto* session = static_cast<gnutls_session_t>(info->tls_session);
  return gnutls_certificate_verify_peers2(session, &status) == 0 && status == 0;
}

void decide(State& state, Exchange& exchange) {
  if (!state.tls.client_ca_pem.empty() && !has_client_certificate(exchange.connection)) {
    exchange.reply.status = 401;
    return;
  }
  const std::scoped_lock lock(state.mutex);
  exchange.request.number = static_cast<int>(state.requests.size());
  state.requests.push_back(exchange.request);
  exchange.reply = state.answer(exchange.request);
}

MHD_Result on_request(void* user, MHD_Connection* connection, const char* url, const char* method,
                      const char*, const char* data, std::size_t* size, void** own) {
  State& state = *static_cast<State*>(user);
  if (*own == nullptr) {
    auto* exchange = new Exchange;
    exchange->connection = connection;
    exchange->state = &state;
    *own = exchange;
    const std::scoped_lock lock(state.mutex);
    state.most_at_once = std::max(state.most_at_once, ++state.at_once);
    return MHD_YES;
  }
  Exchange& exchange = *static_cast<Exchange*>(*own);
  if (*size != 0) {
    exchange.request.body.append(data, *size);
    *size = 0;
    return MHD_YES;
  }
  if (exchange.answered) return MHD_NO;  // resumed only when the server stops
  exchange.answered = true;
  exchange.request.method = method;
  exchange.request.path = url;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, &collect_header,
                            &exchange.request.headers);
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &collect_query,
                            &exchange.request.query);
  decide(state, exchange);
  if (exchange.reply.then == Reply::Then::hang && exchange.reply.pieces.empty()) {
    hang(state, connection);
    return MHD_YES;
  }
  return send_reply(exchange);
}

void on_end(void* user, MHD_Connection*, void** own, MHD_RequestTerminationCode) {
  State& state = *static_cast<State*>(user);
  if (*own == nullptr) return;
  delete static_cast<Exchange*>(*own);
  const std::scoped_lock lock(state.mutex);
  --state.at_once;
}

void on_connection(void* user, MHD_Connection*, void**, MHD_ConnectionNotificationCode code) {
  if (code == MHD_CONNECTION_NOTIFY_STARTED) ++static_cast<State*>(user)->connections;
}

}  // namespace

HttpFixture::HttpFixture(Answer answer, Tls tls, int port) : state_(std::make_unique<State>()) {
  state_->answer = std::move(answer);
  state_->tls = std::move(tls);
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  std::vector<MHD_OptionItem> options;
  if (!state_->tls.cert_pem.empty()) {
    flags |= MHD_USE_TLS;
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, state_->tls.cert_pem.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, state_->tls.key_pem.data()});
  }
  if (!state_->tls.client_ca_pem.empty()) {
    options.push_back({MHD_OPTION_HTTPS_MEM_TRUST, 0, state_->tls.client_ca_pem.data()});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  state_->daemon = MHD_start_daemon(
      flags, static_cast<std::uint16_t>(port), nullptr, nullptr, &on_request, state_.get(),
      MHD_OPTION_NOTIFY_COMPLETED, &on_end, state_.get(), MHD_OPTION_NOTIFY_CONNECTION,
      &on_connection, state_.get(), MHD_OPTION_CONNECTION_LIMIT, 4000U,
      MHD_OPTION_LISTEN_BACKLOG_SIZE, 4000U, MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END);
  if (state_->daemon == nullptr) throw std::runtime_error("the test server does not start");
}

HttpFixture::~HttpFixture() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
    for (MHD_Connection* connection : state_->hanging) MHD_resume_connection(connection);
  }
  MHD_stop_daemon(state_->daemon);
}

std::string HttpFixture::url() const {
  const int port = MHD_get_daemon_info(state_->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
  return fmt::format("{}://127.0.0.1:{}", state_->tls.cert_pem.empty() ? "http" : "https", port);
}

std::vector<Request> HttpFixture::requests() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->requests;
}

int HttpFixture::most_at_once() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->most_at_once;
}

int HttpFixture::connections() const { return state_->connections; }

}  // namespace flotilla::test
