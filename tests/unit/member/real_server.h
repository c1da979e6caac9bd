#pragma once

#include <string>

namespace flotilla::test {

// Of the user "limited", who may do nothing but what a test binds a role for.
std::string limited_token_for_tests();

}  // namespace flotilla::test
