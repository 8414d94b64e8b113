#include "base/cancellation.h"

namespace openmatrix {

__thread CancellationState t_cancellation __attribute__((tls_model("initial-exec"))) = {false, 0};

}  // namespace openmatrix
