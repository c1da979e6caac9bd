#include "tests/support/fault_proxy.h"

#include "reconciler/simulator/certificates.h"
#include "tests/support/fault_rules.h"
#include "tests/support/http_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <list>
#include <stdexcept>
#include <thread>

namespace flotilla::tests {
namespace {

int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }

// A peer that is gone is an error of a write, not the end of the program.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

struct Shared {
  FaultRules rules;
  TlsContext to_client;
  TlsContext to_upstream;
  int upstream_port;
};

struct Message {
  HttpHead head;
  std::string body;
};

// One client's connection, and the one to the server that belongs to it. serve() runs on a thread
// of its own.
class Connection {
 public:
  Connection(Shared& shared, int socket)
      : shared_(shared), client_(std::make_unique<TlsStream>(socket)) {}

  void serve() {
    block_sigpipe();
    if (shared_.rules.for_connection()) {
      client_->reset();
    } else if (client_->accept(shared_.to_client)) {
      HttpReader reader(*client_);
      while (serve_one(reader)) {
      }
    }
    const std::scoped_lock lock(mutex_);
    upstream_.reset();
    client_.reset();
    done_ = true;
  }
  bool done() const { return done_; }
  // From any thread: serve() ends soon.
  void wake() {
    const std::scoped_lock lock(mutex_);
    if (client_) client_->wake();
    if (upstream_) upstream_->wake();
    woken_ = true;
  }

 private:
  // One request. False: the connection is of no more use.
  bool serve_one(HttpReader& reader) {
    std::optional<HttpHead> head = reader.request_head();
    if (!head) return false;
    Message request{std::move(*head), {}};
    if (!collect(reader, BodyEnd::of_request(request.head), request.body)) return false;
    const std::optional<FaultRule> rule =
        shared_.rules.for_request(request.head.method, request.head.target);
    if (!rule) return pass_on(request);
    return inject(*rule, request);
  }

  bool inject(const FaultRule& rule, const Message& request) {
    switch (rule.injection) {
      case Injection::reset_connection:
      case Injection::reset_request:
        client_->reset();
        return false;
      case Injection::hang:
        client_->wait_for_end(-1);
        return false;
      case Injection::status:
      case Injection::watch_expired:
        return client_->write(injected_answer(rule));
      default:
        return spoil(rule, request);
    }
  }

  // The answer is the server's; what comes of it is not.
  bool spoil(const FaultRule& rule, const Message& request) {
    std::optional<HttpHead> head = ask(request);
    if (!head) return false;
    const BodyEnd end = BodyEnd::of_answer(*head, request.head.method);
    std::string body;
    // A watch has no end to wait for: what it says first is its body.
    const bool watch = request.head.target.find("watch=") != std::string::npos;
    const auto keep = [&body, watch](std::string_view piece) {
      body += piece;
      return !watch;
    };
    upstream_reader_->body(end, keep, client_.get());
    if (rule.injection == Injection::lost_answer) {
      client_->reset();
      return false;
    }
    if (!client_->write(head->text)) return false;
    if (rule.injection == Injection::slow_answer) return write_slowly(rule, body) && !watch;
    client_->write(std::string_view(body).substr(0, body.size() / 2));
    if (rule.injection == Injection::stall) client_->wait_for_end(-1);
    if (rule.injection == Injection::half_answer) client_->cut();
    if (rule.injection == Injection::reset_answer) client_->reset();
    return false;
  }

  bool write_slowly(const FaultRule& rule, std::string_view body) {
    while (!body.empty()) {
      if (!client_->write(body.substr(0, rule.piece))) return false;
      body.remove_prefix(std::min(rule.piece, body.size()));
      if (client_->wait_for_end(static_cast<int>(rule.pause.count()))) return false;
    }
    return true;
  }

  bool pass_on(const Message& request) {
    const std::optional<HttpHead> head = ask(request);
    if (!head) {
      client_->reset();  // there is nobody to answer
      return false;
    }
    if (!client_->write(head->text)) return false;
    const BodyEnd end = BodyEnd::of_answer(*head, request.head.method);
    const auto write = [this](std::string_view piece) { return client_->write(piece); };
    const bool whole = upstream_reader_->body(end, write, client_.get());
    if (!whole) client_->cut();
    const bool last = !whole || end.until_close() || head->header("connection") == "close";
    if (whole && last) client_->close();
    return !last;
  }

  // Sends the request, on a new connection if the one that is there has ended meanwhile.
  std::optional<HttpHead> ask(const Message& request) {
    const std::string text = request.head.text + request.body;
    if (upstream_ && upstream_->write(text)) {
      if (std::optional<HttpHead> head = upstream_reader_->answer_head()) return head;
    }
    if (!connect() || !upstream_->write(text)) return std::nullopt;
    return upstream_reader_->answer_head();
  }

  bool connect() {
    const int socket = connect_to(shared_.upstream_port);
    if (socket < 0) return false;
    {
      const std::scoped_lock lock(mutex_);
      upstream_ = std::make_unique<TlsStream>(socket);
      if (woken_) upstream_->wake();
    }
    upstream_reader_.emplace(*upstream_);
    return upstream_->connect(shared_.to_upstream);
  }

  static bool collect(HttpReader& reader, BodyEnd end, std::string& body) {
    return reader.body(end, [&body](std::string_view piece) {
      body += piece;
      return true;
    });
  }

  Shared& shared_;
  std::mutex mutex_;  // of the two streams' being there
  std::unique_ptr<TlsStream> client_;
  std::unique_ptr<TlsStream> upstream_;
  std::optional<HttpReader> upstream_reader_;
  bool woken_ = false;
  std::atomic<bool> done_ = false;
};

}  // namespace

struct FaultProxy::State {
  std::string ca_pem;
  Shared shared;
  int listener;
  std::mutex mutex;
  struct Served {
    std::unique_ptr<Connection> connection;
    std::jthread thread;
  };
  std::list<Served> connections;
  std::atomic<bool> stopping = false;
  std::jthread acceptor;

  State(const FaultProxyOptions& options, const simulator::Certificates& certificates)
      : ca_pem(certificates.ca_pem),
        shared{FaultRules(options.seed),
               TlsContext::server(certificates.server_pem, certificates.server_key_pem),
               TlsContext::client(options.upstream_ca_pem), port_of(options.upstream)},
        listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 1024) != 0) {
      throw std::runtime_error("the fault proxy cannot listen");
    }
    acceptor = std::jthread([this] { accept_all(); });
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    stopping = true;
    ::shutdown(listener, SHUT_RDWR);
    acceptor.join();
    wake_all();
    connections.clear();  // joins
    ::close(listener);
  }

  int port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  void accept_all() {
    while (!stopping) {
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      const std::scoped_lock lock(mutex);
      connections.remove_if([](const Served& served) { return served.connection->done(); });
      Served& served = connections.emplace_back();
      served.connection = std::make_unique<Connection>(shared, socket);
      served.thread = std::jthread([connection = served.connection.get()] { connection->serve(); });
    }
  }

  void wake_all() {
    const std::scoped_lock lock(mutex);
    for (const Served& served : connections) served.connection->wake();
  }
};

FaultProxy::FaultProxy(FaultProxyOptions options) {
  const Result<simulator::Certificates> certificates = simulator::make_certificates("fault-proxy");
  if (!certificates) throw std::runtime_error(certificates.error().message);
  state_ = std::make_unique<State>(options, *certificates);
}
FaultProxy::~FaultProxy() = default;

std::string FaultProxy::url() const {
  return "https://127.0.0.1:" + std::to_string(state_->port());
}
std::string FaultProxy::ca_pem() const { return state_->ca_pem; }

void FaultProxy::set_rules(std::vector<FaultRule> rules) {
  state_->shared.rules.set(std::move(rules));
}
void FaultProxy::drop_connections() { state_->wake_all(); }

std::size_t FaultProxy::requests() const { return state_->shared.rules.requests(); }
std::map<std::string, std::size_t> FaultProxy::counts() const {
  return state_->shared.rules.counts();
}
std::size_t FaultProxy::injected() const {
  std::size_t sum = 0;
  for (const auto& [name, count] : counts()) sum += count;
  return sum;
}

}  // namespace flotilla::tests
