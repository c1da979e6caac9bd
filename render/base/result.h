#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The vocabulary of failure. Errors are values; exceptions stop at the edge of the library that
// throws them.
namespace flotilla {

// A place in a file of the repository. `line` and `column` count from 1; 0 means "not known".
struct SourceRef {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const SourceRef&) const = default;
  auto operator<=>(const SourceRef&) const = default;
};

// "file:line:column", as much of it as is known.
std::string to_string(const SourceRef& where);

// What kind of failure it is; it alone decides exit codes and whether a retry can help.
enum class Code {
  invalid,       // a person must mend the input
  not_found,     // the thing named does not exist
  conflict,      // somebody else changed or owns it
  forbidden,     // 403
  unauthorized,  // 401, a wrong or expired certificate
  unavailable,   // refused, reset, 5xx: the other side may come back
  timeout,       // no answer before the deadline
  too_large,     // over a stated limit
  cancelled,     // superseded or stopped
  internal,      // our own fault
};

std::string_view to_string(Code code);

// True for failures that a later attempt may not meet again.
bool is_transient(Code code);

struct Error {
  Code code = Code::internal;
  std::string message;  // lower-case start, no final period: what was found, what was wanted
  SourceRef where = {};
  std::vector<std::string> context = {};  // what was being done, innermost first
};

// "where: message (while ...)", on one line.
std::string to_string(const Error& error);

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Code code, std::string message, SourceRef where = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(where), {}});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

// Adds what was being done to an error on its way up.
inline Error while_doing(Error error, std::string context) {
  error.context.push_back(std::move(context));
  return error;
}

}  // namespace flotilla

// Leaves the function with the error of EXPR, if it has one.
#define TRY(expr)                                              \
  do {                                                         \
    if (auto try_result_ = (expr); !try_result_)               \
      return ::flotilla::fail(std::move(try_result_).error()); \
  } while (false)

#define FLOTILLA_JOIN_(a, b) a##b
#define FLOTILLA_JOIN(a, b) FLOTILLA_JOIN_(a, b)
#define TRY_ASSIGN_(temporary, target, expr)                             \
  auto temporary = (expr);                                               \
  if (!temporary) return ::flotilla::fail(std::move(temporary).error()); \
  target = std::move(*temporary)
// Assigns the value of EXPR to TARGET (which may declare a variable), or leaves the function with
// its error.
#define TRY_ASSIGN(target, expr) TRY_ASSIGN_(FLOTILLA_JOIN(try_assign_, __LINE__), target, expr)
