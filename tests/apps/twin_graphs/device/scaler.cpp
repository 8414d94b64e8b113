#include "scaler.h"

HIAI_REGISTER_DATA_TYPE("Number", Number)

HIAI_StatusT Scaler::Init(const hiai::AIConfig& config,
                          const vector<hiai::AIModelDescription>& model_desc) {
  for (const auto& item : config.items()) {
    if (item.name() == "factor") {
      factor_ = std::stoul(item.value());
    }
  }
  return HIAI_OK;
}

HIAI_IMPL_ENGINE_PROCESS("Scaler", Scaler, SCALER_INPUT_SIZE) {
  auto number = std::static_pointer_cast<Number>(arg0);
  number->value *= factor_;
  number->trace += "D";
  number->device_calls = Book::Get().Add();
  return SendData(0, "Number", number);
}
