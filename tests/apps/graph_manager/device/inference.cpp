#include <hiaiengine/api.h>

#include "request.h"

HIAI_REGISTER_DATA_TYPE("Request", Request)

class Inference : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Inference", Inference, 1) {
  auto request = std::static_pointer_cast<Request>(arg0);
  request->scores["cat"] = request->id * 0.5f;
  return SendData(0, "Request", request);
}
