function(calendar, request)
  local concerns(window) =
    window.start <= request.at && request.at < window.end
    && std.member(window.regions, request.region)
    && std.member(window.components, request.component)
    && request.tier != 'T0';
  local blocking = [window.name for window in calendar.windows if concerns(window)];
  { allow: std.length(blocking) == 0, blocking: blocking }
