// What the five sensors measure, and what becomes of it.
#ifndef FUSION_SAMPLES_H_
#define FUSION_SAMPLES_H_

#include "hiaiengine/data_type_reg.h"

template <int kSensor>
struct Sample {
  uint32_t moment;
  double value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(moment, value);
  }
};
typedef Sample<0> Speed;
typedef Sample<1> Angle;
typedef Sample<2> Height;
typedef Sample<3> Heat;
typedef Sample<4> Light;
HIAI_REGISTER_DATA_TYPE("Speed", Speed)
HIAI_REGISTER_DATA_TYPE("FusionAngle", Angle)
HIAI_REGISTER_TEMPLATE_DATA_TYPE("Height", Sample, 2)
HIAI_REGISTER_DATA_TYPE("Heat", Heat)
HIAI_REGISTER_DATA_TYPE("Light", Light)

struct Fused {
  uint32_t moment;
  double values[5];
  template <class Archive>
  void serialize(Archive& ar) {
    ar(moment, values);
  }
};
HIAI_REGISTER_DATA_TYPE("Fused", Fused)

inline double Measure(int sensor, uint32_t moment) { return sensor * 1000.0 + moment * 0.25; }

#endif
