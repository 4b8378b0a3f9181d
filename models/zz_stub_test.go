package models

import "testing"

var exerciseStore, exerciseMigrations, exerciseTx, exerciseTimes, exerciseTexts, exerciseComplaints, exerciseMessages, exerciseLedger, exerciseOutbox, exerciseClaims, exerciseEvents, exerciseBlobs, exerciseSearch, exerciseStaff, exerciseLeases, exerciseFaults, exercisePlans, exerciseVerify func(*testing.T, Engine)
