// What tools/check_docs must complain about.
#pragma once

/// @file

int nobody_says_what_this_is(int argument);
