#include "reconciler/kube/transfers.h"

#include <curl/curl.h>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace flotilla::kube {
namespace {

constexpr std::uint64_t kWakeTag = ~std::uint64_t{0};
constexpr long kCachedConnections = 8192;
// A watch that waits for a free connection would never be served, so this is only a guard against a
// runaway.
constexpr long kStreamConnectionsPerHost = 256;
// Each keeps the buffers of all it ever did.
constexpr std::size_t kPooledHandles = 64;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) { assert(fd >= 0); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(fd_); }
  int get() const { return fd_; }

 private:
  int fd_;
};

// A thousand clusters are some thousands of sockets; the usual soft limit is 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void init_libcurl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_ALL);
  assert(code == CURLE_OK);
  static_cast<void>(code);
}

// One multi handle, told of its sockets by epoll.
struct Multi {
  CURLM* handle;
  int epoll;
  std::uint64_t tag;  // in the upper half of epoll's user data
  std::optional<Clock::time_point> timer;

  Multi(int epoll_fd, std::uint64_t which, long connections_per_host)
      : handle(curl_multi_init()), epoll(epoll_fd), tag(which << 32U) {
    assert(handle != nullptr);
    curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
    curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
    curl_multi_setopt(handle, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(handle, CURLMOPT_MAX_HOST_CONNECTIONS, connections_per_host);
    curl_multi_setopt(handle, CURLMOPT_MAXCONNECTS, kCachedConnections);
    curl_multi_setopt(handle, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() { curl_multi_cleanup(handle); }

  void act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(handle, socket, events, &running);
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
    Multi& multi = *static_cast<Multi*>(self);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(multi.epoll, EPOLL_CTL_DEL, socket, nullptr);
      curl_multi_assign(multi.handle, socket, nullptr);
      return 0;
    }
    epoll_event event{};
    if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    event.data.u64 = multi.tag | static_cast<std::uint32_t>(socket);
    epoll_ctl(multi.epoll, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    curl_multi_assign(multi.handle, socket, self);
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* self) {
    Multi& multi = *static_cast<Multi*>(self);
    multi.timer.reset();
    if (milliseconds >= 0) multi.timer = Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
  }
};

int curl_events(std::uint32_t events) {
  int mask = 0;
  if ((events & EPOLLIN) != 0) mask |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) mask |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) mask |= CURL_CSELECT_ERR;
  return mask;
}

// On HTTP/2 a stream that ran out of time leaves its connection open, and the next ones would be
// put on it: a peer that hangs would never be asked anew. Cutting the socket makes libcurl drop the
// connection.
void cut_connection(CURL* easy) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
  if (socket != CURL_SOCKET_BAD) ::shutdown(socket, SHUT_RDWR);
}

}  // namespace

struct Transfers::State {
  Loop::Options options;
  Descriptor epoll{epoll_create1(EPOLL_CLOEXEC)};
  Descriptor wakeup{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<CURL*> pool;
  Multi calls;
  Multi streams;
  std::set<Transfer*> under_way;
  std::set<Transfer*> ended_early;

  explicit State(Loop::Options given)
      : options(std::move(given)),
        calls(epoll.get(), 0, options.max_connections_per_host),
        streams(epoll.get(), 1, kStreamConnectionsPerHost) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kWakeTag;
    epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wakeup.get(), &event);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    while (!under_way.empty()) release(**under_way.begin());
    for (CURL* easy : pool) curl_easy_cleanup(easy);
  }

  Multi& multi_of(const Transfer& transfer) { return transfer.is_stream() ? streams : calls; }

  void release(Transfer& transfer) {
    CURL* easy = std::exchange(transfer.easy, nullptr);
    curl_multi_remove_handle(multi_of(transfer).handle, easy);
    under_way.erase(&transfer);
    ended_early.erase(&transfer);
    if (pool.size() >= kPooledHandles) {
      curl_easy_cleanup(easy);
      return;
    }
    curl_easy_reset(easy);
    pool.push_back(easy);
  }

  void finish(Transfer& transfer, CURLcode code) {
    transfer.result = conclude(transfer, code);
    if (code == CURLE_OPERATION_TIMEDOUT || transfer.silent || transfer.given_up)
      cut_connection(transfer.easy);
    release(transfer);
    transfer.on_end();
  }

  void collect(Multi& multi) {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi.handle, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* owner = nullptr;
      const CURLcode code = message->data.result;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      finish(*reinterpret_cast<Transfer*>(owner), code);
    }
  }

  void fire_timers() {
    const Clock::time_point now = Clock::now();
    for (Multi* multi : {&calls, &streams}) {
      if (!multi->timer || *multi->timer > now) continue;
      multi->timer.reset();
      multi->act(CURL_SOCKET_TIMEOUT, 0);
    }
  }

  int wait_milliseconds(Clock::time_point deadline) const {
    for (const Multi* multi : {&calls, &streams}) {
      if (multi->timer) deadline = std::min(deadline, *multi->timer);
    }
    if (!ended_early.empty()) return 0;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
  }

  void handle(const epoll_event& event) {
    if (event.data.u64 == kWakeTag) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t size = ::read(wakeup.get(), &count, sizeof count);
      return;
    }
    Multi& multi = (event.data.u64 >> 32U) == 0 ? calls : streams;
    const auto socket = static_cast<curl_socket_t>(event.data.u64 & 0xFFFFFFFFU);
    multi.act(socket, curl_events(event.events));
  }
};

Transfers::Transfers(Loop::Options options) {
  init_libcurl_once();
  raise_descriptor_limit();
  state_ = std::make_unique<State>(std::move(options));
}
Transfers::~Transfers() = default;

bool Transfers::start(Transfer& transfer) {
  if (state_->pool.empty()) {
    transfer.easy = curl_easy_init();
    if (transfer.easy == nullptr) return false;
  } else {
    transfer.easy = state_->pool.back();
    state_->pool.pop_back();
  }
  configure(transfer, state_->options);
  const CURLMcode code = curl_multi_add_handle(state_->multi_of(transfer).handle, transfer.easy);
  if (code == CURLM_OK) {
    state_->under_way.insert(&transfer);
    return true;
  }
  curl_easy_cleanup(std::exchange(transfer.easy, nullptr));
  return false;
}

void Transfers::abandon(Transfer& transfer) { state_->release(transfer); }

void Transfers::end(Transfer& transfer) {
  if (transfer.easy != nullptr) state_->ended_early.insert(&transfer);
}

void Transfers::end_all() {
  for (Transfer* transfer : state_->under_way) {
    transfer->cancelled = true;
    state_->ended_early.insert(transfer);
  }
}

void Transfers::give_up(const void* group) {
  for (Transfer* transfer : state_->under_way) {
    if (transfer->request.group != group || transfer->answered) continue;
    transfer->given_up = true;
    state_->ended_early.insert(transfer);
  }
}

void Transfers::poll(Clock::time_point deadline) {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(state_->epoll.get(), events.data(), static_cast<int>(events.size()),
                               state_->wait_milliseconds(deadline));
  for (int i = 0; i < count; ++i) state_->handle(events[static_cast<std::size_t>(i)]);
  state_->fire_timers();
  state_->collect(state_->calls);
  state_->collect(state_->streams);
  while (!state_->ended_early.empty()) state_->finish(**state_->ended_early.begin(), CURLE_OK);
}

void Transfers::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = ::write(state_->wakeup.get(), &one, sizeof one);
}

}  // namespace flotilla::kube
