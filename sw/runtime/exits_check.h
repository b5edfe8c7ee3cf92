/// Whether a package's exits are possible: segments that follow each other, outputs within their space.
#ifndef KASANE_RUNTIME_EXITS_CHECK_H
#define KASANE_RUNTIME_EXITS_CHECK_H

#include "kasane/package.h"

/// The table of exits, and of each step only its kind and who runs it. Tables and strings must lie inside
/// the package. NULL if it is good, else what is wrong with it.
const char* exits_check(const struct kasane_package_header* package);

/// What is wrong with the shape of a dense int8 tensor, or NULL.
const char* shape_check(const struct kasane_tensor_info* tensor);

#endif
