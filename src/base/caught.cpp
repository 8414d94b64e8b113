#include "base/caught.h"

#include <new>

namespace openmatrix {
namespace {

const char* TextOf(const std::exception& exception) noexcept {
  const char* const what = exception.what();
  return what != nullptr ? what : "nothing to say";
}

}  // namespace

Caught DescribeException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc& exception) {
    return {TextOf(exception), true};
  } catch (const std::exception& exception) {
    return {TextOf(exception), false};
  } catch (...) {
    return {"something that is no std::exception", false};
  }
}

}  // namespace openmatrix
