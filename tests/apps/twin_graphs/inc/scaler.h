// An engine that both sides have, under one name. What it does is in the two scaler.cpp.
#ifndef TWIN_SCALER_H_
#define TWIN_SCALER_H_

#include "hiaiengine/engine.h"
#include "number.h"

#define SCALER_INPUT_SIZE 1
#define SCALER_OUTPUT_SIZE 1

class Scaler : public hiai::Engine {
 public:
  Scaler() : factor_(1) {}
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const vector<hiai::AIModelDescription>& model_desc);

  HIAI_DEFINE_PROCESS(SCALER_INPUT_SIZE, SCALER_OUTPUT_SIZE)

 private:
  uint64_t factor_;
};

#endif
