#include "tests/support/git_servers/proxy_server.h"

#include "render/base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace flotilla::testing {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_all(int to, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = write(to, bytes.data() + sent, bytes.size() - sent);
    if (now <= 0) _exit(0);
    sent += static_cast<std::size_t>(now);
  }
}

std::string receive(int from) {
  std::array<char, 65536> buffer{};
  const ssize_t got = read(from, buffer.data(), buffer.size());
  if (got <= 0) _exit(0);
  return {buffer.data(), static_cast<std::size_t>(got)};
}

std::string receive_at_least(int from, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += receive(from);
  return bytes;
}

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) _exit(0);
  return fd;
}

[[noreturn]] void pump(int a, int b) {
  while (true) {
    std::array<pollfd, 2> ends{{{a, POLLIN, 0}, {b, POLLIN, 0}}};
    poll(ends.data(), ends.size(), -1);
    if (ends[0].revents != 0) send_all(b, receive(a));
    if (ends[1].revents != 0) send_all(a, receive(b));
  }
}

void note(const std::filesystem::path& log, const std::string& line) {
  std::ofstream(log, std::ios::app) << line << '\n';
}

[[noreturn]] void serve_socks(int client, std::string greeting, const std::filesystem::path& log) {
  while (greeting.size() < 2U + static_cast<unsigned char>(greeting[1]))
    greeting += receive(client);
  send_all(client, std::string("\5\0", 2));
  const std::string request = receive_at_least(client, 10);
  // Only IPv4: 5, 1, 0, 1, four bytes of address, two of port.
  if (request[3] != 1) _exit(0);
  const int port =
      static_cast<unsigned char>(request[8]) << 8 | static_cast<unsigned char>(request[9]);
  const int server = connect_to(port);
  note(log, "socks " + std::to_string(port));
  send_all(client, std::string("\5\0\0\1\0\0\0\0\0\0", 10));
  pump(client, server);
}

[[noreturn]] void serve_connect(int client, std::string request, const std::string& user_info,
                                const std::filesystem::path& log) {
  while (request.find("\r\n\r\n") == std::string::npos) request += receive(client);
  const std::string wanted = "Proxy-Authorization: Basic " + base64_encode(user_info) + "\r\n";
  if (!user_info.empty() && request.find(wanted) == std::string::npos) {
    send_all(client,
             "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
             "realm=\"p\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    _exit(0);
  }
  const std::string target = split(request, ' ').at(1);
  const int port = std::stoi(target.substr(target.rfind(':') + 1));
  const int server = connect_to(port);
  note(log, "connect " + std::to_string(port));
  send_all(client, "HTTP/1.1 200 OK\r\n\r\n");
  pump(client, server);
}

}  // namespace

ProxyServer::ProxyServer(const std::filesystem::path& log, const std::string& user_info)
    : log_(log) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listening, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listening, 16) != 0 ||
      getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen on the loopback");
  port_ = ntohs(address.sin_port);
  pid_ = fork();
  if (pid_ != 0) {
    close(listening);
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGCHLD, SIG_IGN);
  while (true) {
    const int client = accept(listening, nullptr, nullptr);
    if (client < 0) continue;
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      std::string first = receive_at_least(client, 2);
      if (first[0] == 5) serve_socks(client, std::move(first), log_);
      serve_connect(client, std::move(first), user_info, log_);
    }
    close(client);
  }
}

ProxyServer::~ProxyServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace flotilla::testing
