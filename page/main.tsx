import { render } from "preact";
import { followEvents } from "./api.js";
import { App } from "./app.js";
import "./style.css";

followEvents();
render(<App />, document.body);
