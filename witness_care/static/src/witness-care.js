// Starts the Design System's components. Every page works without this file; our own part stays under 5 kB.
import { initAll } from "./govuk-frontend.min.js";

initAll();
